package overrides

import (
	"context"
	"fmt"
	"slices"

	"github.com/patchbay/patchbay/internal/store"
	"github.com/patchbay/patchbay/operations"
)

// List lists what is set in a workspace.
func (o *Overrides) List(ctx context.Context, workspace string) ([]store.LimitOverride, error) {
	return o.Store.ListLimitOverrides(ctx, workspace)
}

// Set puts values in place of those that a throttler declares, over whatever was set there before. They hold when Set
// returns, in other processes within two seconds. Errors: not_found for the connector, the operation or the throttler,
// invalid_input with the faults of the override, and for a limit that is not the place's to change, conflict for a
// workspace that is full.
func (o *Overrides) Set(ctx context.Context, workspace string, place store.LimitPlace, override operations.Override) (store.LimitOverride, error) {
	place, err := o.named(ctx, workspace, place)
	if err != nil {
		return store.LimitOverride{}, err
	}
	declared, err := o.declared(ctx, workspace, place)
	if err != nil {
		return store.LimitOverride{}, err
	}
	for _, t := range declared {
		if err := owns(place, t); err != nil {
			return store.LimitOverride{}, err
		}
		if faults := override.Faults(t); len(faults) > 0 {
			return store.LimitOverride{}, &operations.Error{
				Code: operations.CodeInvalidInput, Faults: faults,
				Detail: fmt.Sprintf("the limit %s cannot be set so: %s %s", t.Name, faults[0].Pointer, faults[0].Detail),
			}
		}
	}
	set, err := o.Store.PutLimitOverride(ctx, workspace, store.LimitOverride{LimitPlace: place, Override: override})
	if err != nil {
		return store.LimitOverride{}, err
	}
	o.report(ctx, o.look(ctx))
	return set, nil
}

// Unset gives a limit the values back that it declares. What is not set is not_found.
func (o *Overrides) Unset(ctx context.Context, workspace string, place store.LimitPlace) error {
	if named, err := o.named(ctx, workspace, place); err == nil { // what has gone from the catalogue can be unset all the same
		place = named
	}
	if err := o.Store.DeleteLimitOverride(ctx, workspace, place); err != nil {
		return err
	}
	o.report(ctx, o.look(ctx))
	return nil
}

// named gives the place's operation its name, where it is called by its unique identifier.
func (o *Overrides) named(ctx context.Context, workspace string, place store.LimitPlace) (store.LimitPlace, error) {
	if place.Operation == "" {
		return place, nil
	}
	catalogue, err := o.Catalogue.Of(ctx, workspace, place.Connector)
	if err != nil {
		return store.LimitPlace{}, err
	}
	_, operation, err := catalogue.Operation(place.Connector, place.Operation)
	if err != nil {
		return store.LimitPlace{}, err
	}
	place.Operation = operation.Spec().Name
	return place, nil
}

// declared finds the throttlers of a place: all of that name.
func (o *Overrides) declared(ctx context.Context, workspace string, place store.LimitPlace) ([]operations.Throttler, error) {
	catalogue, err := o.Catalogue.Of(ctx, workspace, place.Connector)
	if err != nil {
		return nil, err
	}
	connector, err := catalogue.Connector(place.Connector)
	if err != nil {
		return nil, err
	}
	throttlers, whose := connector.Throttlers, connector.Name
	if place.Operation != "" {
		_, operation, err := catalogue.Operation(place.Connector, place.Operation)
		if err != nil {
			return nil, err
		}
		spec := operation.Spec()
		throttlers, whose = spec.Throttlers, connector.Name+"."+spec.Name
	}
	if len(connector.Auth) == 0 {
		return nil, operations.Errorf(operations.CodeInvalidInput,
			"%s needs no credential: its limits are shared with other workspaces, so none can change them", connector.Name)
	}
	var names []string
	var found []operations.Throttler
	for _, t := range throttlers {
		names = append(names, t.Name)
		if t.Name == place.Throttler {
			found = append(found, t)
		}
	}
	if len(found) == 0 {
		return nil, noThrottler(whose, place.Throttler, names)
	}
	return found, nil
}

func noThrottler(whose, name string, names []string) error {
	near := operations.Nearest(name, names)
	e := &operations.Error{Code: operations.CodeNotFound, Suggestion: near}
	e.Detail = fmt.Sprintf("%s declares no limit of that name", whose)
	if len(near) > 0 {
		e.Detail += "; did you mean " + near[0] + "?"
	}
	return e
}

// owns refuses to change a limit that others share: they would have another count from then on than the service has.
func owns(place store.LimitPlace, t operations.Throttler) error {
	parts, _ := t.Placeholders() // what is malformed does not count
	switch {
	case slices.Contains(parts, "credential") || place.Credential == "" && slices.Contains(parts, "workspace"):
		return nil
	case slices.Contains(parts, "workspace"):
		return operations.Errorf(operations.CodeInvalidInput,
			"the limit %s is counted for all credentials of the workspace together; set it without naming a credential", t.Name)
	default:
		return operations.Errorf(operations.CodeInvalidInput, "the limit %s is shared with other workspaces, so none can change it", t.Name)
	}
}
