package main

import (
	"context"

	"shebao/complaints"
	"shebao/ivr"
	"shebao/portal"
	"shebao/shared/config"
	"shebao/shared/server"
)

// wing is one of the three; `serve all` walks the same list that the single commands pick from.
type wing struct {
	name      string
	listen    string // the setting of its address
	fallback  string
	publicURL string // the setting of the address at which the outside reaches it
	role      string // the database role that it acts as
	configure func(r *config.Reader) func(ctx context.Context, d server.Deps) (server.Wing, error)
}

func wings() []wing {
	return []wing{
		{"portal", "PORTAL_LISTEN", "127.0.0.1:8080", "PORTAL_PUBLIC_URL", "shebao_portal", func(r *config.Reader) func(context.Context, server.Deps) (server.Wing, error) {
			c := portal.ReadConfig(r)
			return func(ctx context.Context, d server.Deps) (server.Wing, error) { return portal.New(ctx, c, d) }
		}},
		{"ivr", "IVR_LISTEN", "127.0.0.1:8081", "IVR_PUBLIC_URL", "shebao_ivr", func(r *config.Reader) func(context.Context, server.Deps) (server.Wing, error) {
			c := ivr.ReadConfig(r)
			return func(ctx context.Context, d server.Deps) (server.Wing, error) { return ivr.New(ctx, c, d) }
		}},
		{"complaints", "DESK_LISTEN", "127.0.0.1:8082", "DESK_PUBLIC_URL", "shebao_complaints", func(r *config.Reader) func(context.Context, server.Deps) (server.Wing, error) {
			c := complaints.ReadConfig(r)
			return func(ctx context.Context, d server.Deps) (server.Wing, error) { return complaints.New(ctx, c, d) }
		}},
	}
}
