package sgtest

import (
	"context"

	"github.com/burnfs/burnfs/sgio"
)

// Func is a Transport that is a function. The function sees each command whose
// context is not done, and returns what Transport.Do does. Close does nothing.
type Func func(c *sgio.Cmd) (int, error)

var _ sgio.Transport = Func(nil)

// Do calls the function.
func (f Func) Do(ctx context.Context, c *sgio.Cmd) (int, error) {
	c.Recovered = nil
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	return f(c)
}

// Close does nothing.
func (f Func) Close() error { return nil }
