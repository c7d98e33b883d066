using Sluice.Api.Metadata;
using System.Collections.Immutable;
using System.Text.Json;

namespace Sluice.Controller.Gated;

/// <summary>The field managers that own <c>spec.suspend</c>.</summary>
/// <param name="IncludeSluice">Whether Sluice is one of them, by server-side apply.</param>
/// <param name="Others">The others.</param>
internal readonly record struct SuspendOwners(bool IncludeSluice, ImmutableArray<string> Others)
{
    /// <summary>Nobody.</summary>
    public static SuspendOwners None { get; } = new(false, []);

    /// <summary>Reads the value of <c>metadata.managedFields</c>.</summary>
    public static SuspendOwners Read(ref Utf8JsonReader json)
    {
        var owners = None;
        if (!json.EnterArray())
        {
            return owners;
        }

        while (json.NextItem())
        {
            string? manager = null;
            var isApply = false;
            var ownsSuspend = false;
            while (json.NextProperty())
            {
                if (json.ValueTextEquals("manager"u8))
                {
                    manager = json.StringValue();
                }
                else if (json.ValueTextEquals("operation"u8))
                {
                    json.Read();
                    isApply = json.ValueTextEquals("Apply"u8);
                }
                else if (json.ValueTextEquals("fieldsV1"u8))
                {
                    ownsSuspend = OwnsSuspend(ref json);
                }
                else
                {
                    json.SkipValue();
                }
            }

            if (!ownsSuspend)
            {
                continue;
            }

            owners = manager == FieldManagers.Controller && isApply
                ? owners with { IncludeSluice = true }
                : owners with { Others = owners.Others.Add(manager ?? "") };
        }

        return owners;
    }

    private static bool OwnsSuspend(ref Utf8JsonReader json)
    {
        var owns = false;
        if (!json.EnterObject())
        {
            return false;
        }

        while (json.NextProperty())
        {
            if (!json.ValueTextEquals("f:spec"u8) || !json.EnterObject())
            {
                json.SkipValue();
                continue;
            }

            while (json.NextProperty())
            {
                owns |= json.ValueTextEquals("f:suspend"u8);
                json.SkipValue();
            }
        }

        return owns;
    }
}
