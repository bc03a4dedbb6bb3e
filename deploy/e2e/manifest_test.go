package e2e

import (
	"bufio"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/alicebob/miniredis/v2"
	"go.yaml.in/yaml/v3"
)

// standsByItsManifests starts each process of the compose file and of the cluster's manifests with the command and the settings that stand there and no others, on fresh secrets: what a
// process needs is given to it, and it comes up on a database that is served already.
func standsByItsManifests(h house) {
	h.t.Helper()
	running, err := os.ReadFile(filepath.Join(h.dir, "data", "running"))
	if err != nil {
		h.t.Fatal(err)
	}
	given := map[string]string{}
	for line := range strings.Lines(h.run(0, "", "secrets")) {
		if name, value, ok := strings.Cut(strings.TrimSpace(line), "="); ok && !strings.HasPrefix(line, "#") {
			given[name] = value
		}
	}
	given["DATABASE_URL"], given["REDIS_URL"] = string(running), "redis://"+miniredis.RunT(h.t).Addr()
	for place, processes := range map[string][]process{"compose": composed(h, given), "cluster": clustered(h, given)} {
		if len(processes) != 3 {
			h.t.Errorf("%s: %d processes", place, len(processes))
		}
		for _, p := range processes {
			for name := range p.env {
				if strings.HasSuffix(name, "_LISTEN") {
					p.env[name] = "127.0.0.1:0"
				}
			}
			p.env["DATABASE_URL"], p.env["REDIS_URL"] = given["DATABASE_URL"], given["REDIS_URL"]
			if p.env["SHEBAO_DESK_IDENTITY_PRIVATE"] != "" || p.env["SHEBAO_DESK_CONTENT_PRIVATE"] != "" && p.args[1] != "complaints" {
				h.t.Errorf("%s: %v holds a key that is not its own", place, p.args)
			}
			p.comesUp(h, place)
		}
	}
}

// process is one that serves.
type process struct {
	args []string
	env  map[string]string
}

// comesUp starts it, asks whether it is ready, and ends it as a cluster does.
func (p process) comesUp(h house, place string) {
	h.t.Helper()
	cmd := exec.Command(h.binary, p.args...)
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "SHEBAO_LOG=error"}
	for name, value := range p.env {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	said := &tail{}
	cmd.Stderr = said
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		h.t.Fatal(err)
	}
	line, _ := bufio.NewReader(out).ReadString('\n')
	if address := strings.Fields(line); len(address) != 2 {
		h.t.Errorf("%s: %v says %q: %s", place, p.args, line, said)
	} else if answer, err := http.Get(address[1] + "/readyz"); err != nil {
		h.t.Errorf("%s: %v: %v", place, p.args, err)
	} else {
		if body, _ := io.ReadAll(answer.Body); answer.StatusCode != http.StatusOK {
			h.t.Errorf("%s: %v is not ready: %s", place, p.args, body)
		}
		_ = answer.Body.Close() // read to its end
	}
	_ = cmd.Process.Signal(syscall.SIGTERM) // one that is gone already fails at Wait
	if err := cmd.Wait(); err != nil {
		h.t.Errorf("%s: %v ended with %v: %s", place, p.args, err, said)
	}
}

// composed are the serving processes of the compose file.
func composed(h house, given map[string]string) (list []process) {
	h.t.Helper()
	var file struct {
		Services map[string]struct {
			Command     []string
			Environment map[string]string
		}
	}
	decode(h, "../container/compose.yaml", &file)
	for _, s := range file.Services {
		if len(s.Command) == 0 || s.Command[0] != "serve" {
			continue
		}
		for name, value := range s.Environment {
			s.Environment[name] = os.Expand(value, func(asked string) string {
				key, otherwise, _ := strings.Cut(asked, ":")
				if given[key] == "" && strings.HasPrefix(otherwise, "-") {
					return otherwise[1:]
				}
				return given[key]
			})
		}
		list = append(list, process{s.Command, s.Environment})
	}
	return list
}

// clustered are the serving processes of the cluster's manifests.
func clustered(h house, given map[string]string) (list []process) {
	h.t.Helper()
	settings := map[string]string{}
	text, err := os.ReadFile("../kubernetes/settings.env")
	if err != nil {
		h.t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		settings[name] = value
	}
	type key struct {
		Key      string
		Optional bool
	}
	for _, name := range []string{"portal", "ivr", "complaints"} {
		var deployment struct {
			Spec struct {
				Template struct {
					Spec struct {
						Containers []struct {
							Args []string
							Env  []struct {
								Name, Value string
								ValueFrom   struct {
									Secret   key `yaml:"secretKeyRef"`
									Settings key `yaml:"configMapKeyRef"`
								} `yaml:"valueFrom"`
							}
						}
					}
				}
			}
		}
		decode(h, "../kubernetes/"+name+".yaml", &deployment)
		for _, c := range deployment.Spec.Template.Spec.Containers {
			p := process{c.Args, map[string]string{}}
			for _, e := range c.Env {
				value := e.Value
				if from := e.ValueFrom.Secret.Key; from != "" {
					value = given[from]
				}
				if from := e.ValueFrom.Settings; from.Key != "" {
					value = settings[from.Key]
					if value == "" && from.Optional {
						continue
					}
				}
				if value == "" {
					h.t.Errorf("cluster: nothing gives %s its %s", name, e.Name)
				}
				p.env[e.Name] = value
			}
			list = append(list, p)
		}
	}
	return list
}

// decode reads the first document of a file.
func decode(h house, path string, into any) {
	h.t.Helper()
	file, err := os.Open(path)
	if err != nil {
		h.t.Fatal(err)
	}
	defer func() { _ = file.Close() }() // only read
	if err := yaml.NewDecoder(file).Decode(into); err != nil {
		h.t.Fatal(path, err)
	}
}
