using System.Text.Json;

namespace Sluice.Controller.Gated;

/// <summary>What an object deploys from a source, as its status says.</summary>
/// <param name="Source">The source, as <see cref="GatedKey"/> writes it.</param>
/// <param name="Revision">What it has deployed: Flux sets it when all of it is applied, and healthy where it is to wait for that.</param>
/// <param name="IsReady">Whether it is ready; null while it is being reconciled.</param>
internal sealed record SourceUse(string Source, string? Revision, bool? IsReady)
{
    /// <summary>Reads <c>spec.sourceRef</c> or <c>spec.chartRef</c>; null when it is none of a source whose revisions can be pinned.</summary>
    public static (string Kind, string? Namespace, string Name)? ReadReference(ref Utf8JsonReader json)
    {
        if (!json.EnterObject())
        {
            json.SkipValue();
            return null;
        }

        string? kind = null, inNamespace = null, name = null;
        while (json.NextProperty())
        {
            if (json.ValueTextEquals("kind"u8))
            {
                kind = json.StringValue();
            }
            else if (json.ValueTextEquals("namespace"u8))
            {
                inNamespace = json.StringValue();
            }
            else if (json.ValueTextEquals("name"u8))
            {
                name = json.StringValue();
            }
            else
            {
                json.SkipValue();
            }
        }

        return kind is "GitRepository" or "OCIRepository" or "HelmChart" && name is not null ? (kind, inNamespace, name) : null;
    }
}
