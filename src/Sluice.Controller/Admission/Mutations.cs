using Sluice.Api.Gated;

namespace Sluice.Controller.Admission;

/// <summary>What the webhook changes of an object. A pure function of the request.</summary>
/// <param name="additionalKinds">Kinds beside Flux's own that may be held, as <c>plural.group</c>.</param>
internal sealed class Mutations(IEnumerable<string> additionalKinds)
{
    private const string Gates = "gates.gating.toolkit.fluxcd.io";

    private readonly HashSet<string> _gated = [.. GatedKind.OfFlux.Select(kind => kind.CrdName), .. additionalKinds];

    /// <summary>What to change; nothing when the object is left as it is.</summary>
    /// <exception cref="AdmissionException">The request is not one that can be decided about.</exception>
    public IEnumerable<PatchOperation> Of(AdmissionRequest request)
    {
        if (request.SubResource.Length > 0 || request.Operation is not ("CREATE" or "UPDATE"))
        {
            return [];
        }

        if (request.Object.ValueKind != System.Text.Json.JsonValueKind.Object)
        {
            throw new AdmissionException($"the AdmissionReview about {request.Subject} has no request.object");
        }

        if (request.Operation == "UPDATE" && request.OldObject.ValueKind != System.Text.Json.JsonValueKind.Object)
        {
            throw new AdmissionException($"the AdmissionReview about {request.Subject} is about an update and has no request.oldObject");
        }

        return request.Resource == Gates ? GateRequester.Of(request)
            : _gated.Contains(request.Resource) ? BornHeld.Of(request)
            : throw new AdmissionException(
                $"MutatingWebhookConfiguration sluice asks about {request.Resource}, which sluice-controller does not hold. Start it with --additional-kinds={request.Resource}, or take the rule out of the configuration");
    }
}
