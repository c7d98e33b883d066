using System.Text.Json.Nodes;
using Sluice.Kubernetes;

namespace Sluice.Cli.Installing;

/// <summary>An object that is installed.</summary>
/// <param name="Resource">Its kind.</param>
/// <param name="Key">Its name.</param>
/// <param name="Json">The object.</param>
internal sealed record InstallObject(ApiResource Resource, ObjectKey Key, JsonObject Json)
{
    /// <summary>As messages name it.</summary>
    public override string ToString() => Resource.Describe(Key);
}
