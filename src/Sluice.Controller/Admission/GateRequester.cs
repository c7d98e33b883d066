using Sluice.Api.Gates;

namespace Sluice.Controller.Admission;

/// <summary>
/// Stamps who makes a request of a gate, as the API server knows them. The same as the policy <c>gate-requester</c> of
/// <c>config/admission/mutating</c>.
/// </summary>
internal static class GateRequester
{
    private static readonly (string At, string By)[] Requests =
    [
        (GateAnnotations.OpenRequestedAt, GateAnnotations.OpenRequestedBy),
        (GateAnnotations.CloseRequestedAt, GateAnnotations.CloseRequestedBy),
    ];

    /// <summary>What to change of a gate; nothing when no request on it is new.</summary>
    public static IEnumerable<PatchOperation> Of(AdmissionRequest request)
    {
        var made = Requests.Where(made => request.Object.Annotation(made.At) is { } now && request.OldObject.Annotation(made.At) != now).ToList();
        return made.Count == 0 ? [] : PatchOperation.Annotate(request.Object, [.. made.Select(made => (made.By, request.Username))]);
    }
}
