using System.Text.Json;
using Sluice.Api.Gated;

namespace Sluice.Controller.Admission;

/// <summary>
/// Holds what names gates or is selected by a binding from birth, what comes to name other gates, and what a server-side apply would let go. The
/// same as the policies of <c>config/admission/mutating</c>, for API servers that cannot run those.
/// </summary>
internal static class BornHeld
{
    /// <summary>What <see cref="GatedAnnotations.HeldBy"/> says until sluice-controller has looked at the gates.</summary>
    public const string NotDecidedYet = "admission (NotDecidedYet)";

    /// <summary>
    /// What to change of an object; nothing when it is left as it is. That the request is not sluice-controller's own is for the
    /// MutatingWebhookConfiguration to say: only the API server can ask who has the verb <c>hold</c>. So is whether a binding selects it, newly:
    /// see <see cref="BindingWebhook"/>.
    /// </summary>
    /// <exception cref="AdmissionException">The object's spec is no object.</exception>
    public static IEnumerable<PatchOperation> Of(AdmissionRequest request)
    {
        // Suspended already: that is a person's, or Sluice's own.
        if (IsSuspended(request.Object))
        {
            return [];
        }

        if (request.IsSelected || (NamesGates(request.Object) && (request.Operation == "CREATE" || IsResumed(request.OldObject) || NamesOtherGates(request.OldObject, request.Object))))
        {
            return [.. Suspend(request), .. PatchOperation.Annotate(request.Object, (GatedAnnotations.HeldBy, NotDecidedYet))];
        }

        return IsHeld(request.OldObject) && IsApplied(request.Object) ? Suspend(request) : [];
    }

    private static bool NamesGates(JsonElement gated) =>
        gated.Annotation(GatedAnnotations.Gates) is not null || gated.Member("spec").Member("gates").Items().Any();

    private static bool IsSuspended(JsonElement gated) => gated.Member("spec").Member("suspend").ValueKind == JsonValueKind.True;

    private static bool IsHeld(JsonElement gated) => IsSuspended(gated) && !string.IsNullOrEmpty(gated.Annotation(GatedAnnotations.HeldBy));

    /// <summary>Who resumes what a person had suspended begins anew: it may never have been held.</summary>
    private static bool IsResumed(JsonElement before) => IsSuspended(before) && string.IsNullOrEmpty(before.Annotation(GatedAnnotations.HeldBy));

    private static bool NamesOtherGates(JsonElement before, JsonElement after) =>
        before.Annotation(GatedAnnotations.Gates) != after.Annotation(GatedAnnotations.Gates)
        || before.Annotation(GatedAnnotations.Require) != after.Annotation(GatedAnnotations.Require)
        || !AreSame(before.Member("spec").Member("gates"), after.Member("spec").Member("gates"));

    private static bool AreSame(JsonElement one, JsonElement other) =>
        one.ValueKind == other.ValueKind && (one.ValueKind == JsonValueKind.Undefined || JsonElement.DeepEquals(one, other));

    /// <summary>
    /// Whether somebody owns <c>spec.suspend</c> as one who applies. The API server does not say that a request is a server-side apply; but who
    /// has just applied the field owns it.
    /// </summary>
    private static bool IsApplied(JsonElement gated) =>
        gated.Member("metadata").Member("managedFields").Items().Any(entry => entry.Member("operation").Text() == "Apply" && Owned(entry).ValueKind != JsonValueKind.Undefined);

    /// <summary>
    /// Sets the field, and takes it from whoever owns it: what admission sets is owned by nobody, so a writer's <c>suspend: false</c> does not
    /// look like a person's suspension afterwards.
    /// </summary>
    private static List<PatchOperation> Suspend(AdmissionRequest request)
    {
        var spec = request.Object.Member("spec");
        List<PatchOperation> patch = [];
        if (spec.ValueKind == JsonValueKind.Undefined)
        {
            patch.Add(PatchOperation.AddObject("/spec"));
        }
        else if (spec.ValueKind != JsonValueKind.Object)
        {
            throw new AdmissionException($"{request.Subject} is to be held, and its spec is not an object but {spec.ValueKind}: it cannot be suspended");
        }

        patch.Add(PatchOperation.Add("/spec/suspend", true));
        foreach (var (index, entry) in request.Object.Member("metadata").Member("managedFields").Items().Index())
        {
            if (Owned(entry).ValueKind != JsonValueKind.Undefined)
            {
                var isAlone = entry.Member("fieldsV1").Member("f:spec").GetPropertyCount() == 1;
                patch.Add(PatchOperation.Remove($"/metadata/managedFields/{index}/fieldsV1/f:spec{(isAlone ? "" : "/f:suspend")}"));
            }
        }

        return patch;
    }

    private static JsonElement Owned(JsonElement entry) => entry.Member("fieldsV1").Member("f:spec").Member("f:suspend");
}
