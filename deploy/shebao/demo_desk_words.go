package main

import (
	"encoding/binary"
	"math"
	"time"

	"shebao/complaints"
)

// demoRecorded is the employer whose report was spoken: its recording has a transcript.
const demoRecorded = "嘉兴南湖食品有限公司"

// demoTranscript is what is said in it.
const demoTranscript = "喂，你好。我们厂里三十来个人，从今年夏天开始，工资条上社保照扣，手机上查就是没有。问了人事两次，都说下个月补。（听不清）就是这些。"

// demoSpeech stands for a recorded call: a second and a half of a quiet tone, as the carrier's format has it (WAV, 8 kHz, 16 bits, one channel).
func demoSpeech() []byte {
	const rate, samples = 8000, 12000
	b := make([]byte, 0, 44+2*samples)
	b = append(b, "RIFF"...)
	b = binary.LittleEndian.AppendUint32(b, 36+2*samples)
	b = append(b, "WAVEfmt "...)
	for _, n := range []uint32{16, 1 | 1<<16, rate, 2 * rate, 2 | 16<<16} {
		b = binary.LittleEndian.AppendUint32(b, n)
	}
	b = append(b, "data"...)
	b = binary.LittleEndian.AppendUint32(b, 2*samples)
	for i := range samples {
		b = binary.LittleEndian.AppendUint16(b, uint16(int16(2000*math.Sin(2*math.Pi*440*float64(i)/rate))))
	}
	return b
}

// demoPhrases are what the demo's supervisor keeps for replies and notes.
func demoPhrases(at time.Time) []complaints.Played {
	var steps []complaints.Played
	for _, p := range [][3]string{
		{"reply", "请补充工资条", "您反映的{单位}的情况（案件{案件编号}）正在调查。请补充{月份}的工资条或银行流水照片，可以在这个信箱里直接上传。"},
		{"reply", "正在核对名册", "案件{案件编号}：正在核对单位的职工名册和工资表，最晚{期限}前答复您。"},
		{"reply", "可以来电", "如需当面说明，请到{地址}，或拨打{联系电话}，报案件编号{案件编号}即可，不必报姓名。"},
		{"note", "已电话联系单位", "{今天} 已电话联系{单位}，要求提供工资发放表。"},
	} {
		steps = append(steps, complaints.Played{Account: "zhao.lei", At: at, Phrase: p})
	}
	return steps
}
