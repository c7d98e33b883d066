using System.Collections.Immutable;
using System.Text.Json;
using Sluice.Gating.Requirements;

namespace Sluice.Controller.Gated;

/// <summary>The gates that <c>spec.gates</c> names, where the CRD carries that field.</summary>
internal static class SpecGates
{
    /// <summary>Reads the value of <c>spec.gates</c>.</summary>
    public static ImmutableArray<GateReference>? Read(ref Utf8JsonReader json)
    {
        if (!json.EnterArray())
        {
            // Other kinds may have a field of this name that means something else.
            json.SkipValue();
            return null;
        }

        var gates = ImmutableArray.CreateBuilder<GateReference>();
        while (json.NextItem())
        {
            string name = "", inNamespace = "";
            while (json.NextProperty())
            {
                if (json.ValueTextEquals("name"u8))
                {
                    name = json.StringValue() ?? "";
                }
                else if (json.ValueTextEquals("namespace"u8))
                {
                    inNamespace = json.StringValue() ?? "";
                }
                else
                {
                    json.SkipValue();
                }
            }

            gates.Add(new(inNamespace, name));
        }

        return gates.ToImmutable();
    }

    /// <summary>The same with the object's own namespace where none is given; it need not stand before the spec in the JSON.</summary>
    public static ImmutableArray<GateReference>? In(ImmutableArray<GateReference>? gates, string ownNamespace) =>
        gates is { } some ? [.. some.Select(gate => gate.Namespace.Length == 0 ? gate with { Namespace = ownNamespace } : gate)] : null;
}
