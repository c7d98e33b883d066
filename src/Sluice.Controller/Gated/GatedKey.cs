using Sluice.Api.Gated;
using Sluice.Kubernetes;

namespace Sluice.Controller.Gated;

/// <summary>One gated object among those of all kinds.</summary>
/// <param name="Kind">Its kind.</param>
/// <param name="Key">Its namespace and name.</param>
internal readonly record struct GatedKey(GatedKind Kind, ObjectKey Key)
{
    public override string ToString() => $"{Kind.Kind}/{Key}";
}
