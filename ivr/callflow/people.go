package callflow

import "strconv"

// maxRings is how often people are rung for one caller: with the waiting between, about twenty minutes.
const maxRings = 20

// somebodyIsThere rings them, or lets the caller wait behind those who have waited longer.
func somebodyIsThere(s State, b Brought) (State, Reply) {
	s.CallBacks = b.Back
	if b.Ahead {
		return to(s, Waiting)
	}
	s.Rings++
	return to(s, Transferred)
}

// dialled goes on after people were rung: after a talk the call is over; otherwise the caller waits, and in the end can leave a message.
func dialled(s State, how string) (State, Reply) {
	switch {
	case how == "completed" || how == "answered":
		return over(s)
	case s.Rings >= maxRings:
		return leaveMessage(s, Line{Key: "all_busy"})
	}
	return to(s, Waiting, Line{Key: "all_busy"})
}

// waited goes on when the waiting has ended: by the caller's choice, because it is the caller's turn, or because the carrier cannot let anybody wait.
func waited(s State, in Input) (State, Reply) {
	switch in.Wish {
	case WantCallBack:
		if s.CallBacks {
			return to(s, CallBack)
		}
	case WantMessage:
		return leaveMessage(s)
	case WantMenu:
		return to(s, Menu)
	}
	switch in.Queued {
	case "bridged", "bridging-in-process", "redirected", "redirected-from-bridged": // never asked for; somebody else has the call
		return over(s)
	case "error", "system-error", "queue-full":
		return leaveMessage(s, Line{Key: "all_busy"})
	}
	return s, Reply{Need: FindPerson}
}

// WhileWaiting is what a caller hears over and over while waiting: the place in the line, how long it may take in minutes, and the other ways.
func WhileWaiting(s State, position, minutes int) []Line {
	choices := "waiting_choices"
	if s.CallBacks {
		choices = "waiting_choices_back"
	}
	return []Line{{Key: "waiting_place", Args: []string{strconv.Itoa(position), strconv.Itoa(minutes)}}, {Key: choices}}
}

// WishOf is what a key means while waiting. ok is false for keys that mean nothing there.
func WishOf(s State, key string) (wish Wish, ok bool) {
	switch {
	case key == "1":
		return WantMessage, true
	case key == "2" && s.CallBacks:
		return WantCallBack, true
	case key == "9":
		return WantMenu, true
	}
	return NoWish, false
}
