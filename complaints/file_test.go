package complaints

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"net/http/httptest"
	"strings"
	"testing"

	"shebao/complaints/lifecycle"
	"shebao/shared/evidence"
	"shebao/shared/intake"
)

// wav is a second of silence as the carrier records it.
func wav() []byte {
	head := []byte("RIFF\x00\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00\x40\x1f\x00\x00\x80\x3e\x00\x00\x02\x00\x10\x00data")
	data := make([]byte, 16000)
	put := func(b []byte, n int) []byte { return append(b, byte(n), byte(n>>8), byte(n>>16), byte(n>>24)) }
	file := append(put(head, len(data)), data...)
	copy(file[4:8], put(nil, len(file)-8))
	return file
}

// A recording is played in the page, each play is in the audit log; what is said is written down by somebody and then found.
func TestARecordingIsPlayedAndWrittenDown(t *testing.T) {
	r := newRoom(t)
	li := r.staff("li", lifecycle.Investigator, "3304")
	elsewhere := r.staff("far", lifecycle.Investigator, "3301")
	key, _ := r.file()
	if err := r.counter.Attach(t.Context(), intake.Web, key, intake.Attachment{Kind: intake.Recording, MediaType: "audio/wav", Content: wav()}, r.at); err != nil {
		t.Fatal(err)
	}
	if err := r.counter.Attach(t.Context(), intake.Web, key, intake.Attachment{Kind: intake.File, Name: "工资条.pdf", MediaType: "application/pdf", Content: []byte("%PDF-1")}, r.at); err != nil {
		t.Fatal(err)
	}
	const at = "/cases/2026-000001"
	sum := sha256.Sum256(wav())
	page := r.get(li, at+"/files")
	r.want(page, 200, "录音 1", hex.EncodeToString(sum[:]), "工资条.pdf", "还没有")
	id := r.value(`SELECT id FROM intake.attachment WHERE kind = 'recording'`)
	plays := func() string {
		return r.value(`SELECT count(*) FROM audit.entry WHERE action = 'play recording' AND case_no = '2026-000001'`)
	}
	if plays() != "0" {
		t.Error("listing counts as playing")
	}
	play := r.get(li, at+"/attachments/"+id)
	if play.status != 200 || play.body != string(wav()) || play.header.Get("Accept-Ranges") != "bytes" {
		t.Errorf("played: %d, %d bytes", play.status, len(play.body))
	}
	part := httptest.NewRequest("GET", at+"/attachments/"+id, nil)
	part.Header.Set("Range", "bytes=0-3")
	if got := r.do(li, part); got.status != 206 || got.body != "RIFF" || !strings.HasPrefix(got.header.Get("Content-Range"), "bytes 0-3/") {
		t.Errorf("a part: %d %q", got.status, got.body)
	}
	part = httptest.NewRequest("GET", at+"/attachments/"+id, nil)
	part.Header.Set("Range", "bytes=99999999-")
	if got := r.do(li, part); got.status != 416 {
		t.Errorf("beyond the end: %d", got.status)
	}
	if got := plays(); got != "3" {
		t.Errorf("%s plays in the log", got)
	}
	r.want(r.get(elsewhere, at+"/attachments/"+id), 404)
	r.want(r.get(elsewhere, at+"/files"), 404)
	r.want(r.get(li, at+"/attachments/999"), 404)
	file := r.get(li, at+"/attachments/"+r.value(`SELECT id FROM intake.attachment WHERE kind = 'file'`))
	if file.status != 200 || file.header.Get("Content-Disposition") != "attachment" {
		t.Errorf("a file is shown rather than saved: %d %s", file.status, file.header.Get("Content-Disposition"))
	}

	to := at + "/attachments/" + id + "/transcript"
	r.want(r.post(li, to, "words", " "), 422, "请写出录音里说的话")
	r.want(r.post(li, to, "words", strings.Repeat("字", 5001)), 422, "最多 5000 个字")
	r.want(r.post(li, at+"/attachments/"+r.value(`SELECT id FROM intake.attachment WHERE kind = 'file'`)+"/transcript", "words", "x"), 404)
	r.want(r.post(li, to, "words", "车间里有三十几个人<script>alert(1)</script>"), 303)
	r.want(r.post(li, to, "words", "车间里有三十几个人都没有交"), 303)
	r.want(r.get(li, at+"/files"), 200, "车间里有三十几个人都没有交", "员工li")
	r.want(r.get(li, "/queue?view=all&q=三十几个人"), 200, "2026-000001")
	if n := r.value(`SELECT count(*) FROM complaints.transcript`); n != "2" {
		t.Errorf("%s versions", n)
	}
	if strings.Contains(r.get(li, at+"/files").body, "<script>alert") {
		t.Error("a transcript is run")
	}
}

// Staff's files are judged by content, shown with their hashes, opened only with a note, and excluded rather than deleted.
func TestStaffFilesAreCheckedHashedAndLogged(t *testing.T) {
	r := newRoom(t)
	li, intakeStaff := r.staff("li", lifecycle.Investigator, "3304"), r.staff("hu", lifecycle.Intake, "3304")
	r.file()
	const at = "/cases/2026-000001/files"
	good := wav()
	r.want(r.upload(li, at, "现场录音.wav", good, "about", "车间主任谈话 <b>2026-11-20</b>"), 303)
	sum := sha256.Sum256(good)
	page := r.get(li, at)
	r.want(page, 200, "现场录音.wav", hex.EncodeToString(sum[:]), "车间主任谈话 &lt;b&gt;", "员工li")
	r.want(r.upload(li, at, "现场录音.wav", good), 422, "本案已经有这份文件")
	r.want(r.upload(li, at, "", nil), 422)
	r.want(r.upload(li, at, "工资表.pdf", good), 422)
	r.want(r.upload(li, at, "工资表.xlsx", []byte("MZ\x90\x00\x03")), 422)
	r.want(r.upload(li, at, "页面.png", []byte("<html><script>alert(1)</script>")), 422)
	r.want(r.upload(li, at, "大.wav", bytes.Repeat([]byte("a"), evidence.MaxBytes+1)), 422)
	r.want(r.upload(li, at, "现场录音2.wav", append(wav(), 0), "about", strings.Repeat("字", 201)), 422, "最多 200 个字")
	if n := r.value(`SELECT count(*) FROM complaints.case_file`); n != "1" {
		t.Errorf("%s files were kept", n)
	}
	if strings.Contains(r.value(`SELECT encode(content, 'escape') FROM complaints.case_file`), "RIFF") {
		t.Error("a file lies open in the database")
	}
	id := r.value(`SELECT id FROM complaints.case_file`)
	got := r.get(li, at+"/"+id)
	if got.status != 200 || got.body != string(good) || got.header.Get("Content-Disposition") != "attachment" {
		t.Errorf("opened: %d", got.status)
	}
	if n := r.value(`SELECT count(*) FROM audit.entry WHERE action = 'open file'`); n != "1" {
		t.Errorf("%s openings in the log", n)
	}
	r.want(r.get(r.staff("far", lifecycle.Investigator, "3301"), at+"/"+id), 404)
	r.want(r.post(intakeStaff, at+"/"+id+"/exclude", "reason", "x"), 403)
	r.want(r.post(li, at+"/"+id+"/exclude", "reason", ""), 422, "请写明理由")
	r.want(r.post(li, at+"/"+id+"/exclude", "reason", "与本案无关"), 303)
	r.want(r.get(li, at), 200, "已排除：与本案无关")
	r.want(r.post(li, at+"/"+id+"/exclude", "reason", "再次"), 404)
	if _, err := r.pool.Exec(t.Context(), `UPDATE complaints.case_file SET content = 'x'`); err == nil {
		t.Error("a kept file can be changed")
	}
}
