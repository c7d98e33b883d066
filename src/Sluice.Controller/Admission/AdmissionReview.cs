using System.Text.Json;

namespace Sluice.Controller.Admission;

/// <summary>Answers an <c>AdmissionReview</c> of <c>admission.k8s.io/v1</c>. What cannot be understood is refused, never let pass.</summary>
internal static class AdmissionReview
{
    private const string ApiVersion = "admission.k8s.io/v1";

    // HelmRelease values may be nested as deep as people like; the parser does not recurse.
    private static readonly JsonDocumentOptions Deep = new() { MaxDepth = 2000 };

    /// <summary>The answer to a review, and what it is about.</summary>
    /// <param name="review">The review as JSON.</param>
    /// <param name="mutations">What is changed.</param>
    /// <param name="isSelected">Whether it is asked because a binding selects the object.</param>
    /// <exception cref="AdmissionException">It is no review at all, so there is nothing that could be answered to.</exception>
    public static AdmissionAnswer Answer(ReadOnlyMemory<byte> review, Mutations mutations, bool isSelected = false)
    {
        using var document = Parse(review);
        var request = document.RootElement.Member("request");
        if (document.RootElement.Member("apiVersion").Text() != ApiVersion || request.Member("uid").Text() is not { Length: > 0 } uid)
        {
            throw new AdmissionException($"expected an AdmissionReview of {ApiVersion} with a request.uid");
        }

        try
        {
            var patch = mutations.Of(AdmissionRequest.Read(request, isSelected)).ToList();
            return new(patch.Count > 0 ? "changed" : "unchanged", Write(uid, patch, null));
        }
        catch (AdmissionException e)
        {
            return new("denied", Write(uid, [], $"sluice: {e.Message}"));
        }
    }

    private static JsonDocument Parse(ReadOnlyMemory<byte> review)
    {
        try
        {
            return JsonDocument.Parse(review, Deep);
        }
        catch (JsonException e)
        {
            throw new AdmissionException($"expected an AdmissionReview of {ApiVersion} as JSON: {e.Message}");
        }
    }

    private static byte[] Write(string uid, List<PatchOperation> patch, string? refusal)
    {
        using var body = new MemoryStream();
        using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            json.WriteString("apiVersion"u8, ApiVersion);
            json.WriteString("kind"u8, "AdmissionReview"u8);
            json.WriteStartObject("response"u8);
            json.WriteString("uid"u8, uid);
            json.WriteBoolean("allowed"u8, refusal is null);
            if (refusal is not null)
            {
                json.WriteStartObject("status"u8);
                json.WriteNumber("code"u8, 400);
                json.WriteString("reason"u8, "BadRequest"u8);
                json.WriteString("message"u8, refusal);
                json.WriteEndObject();
            }
            else if (patch.Count > 0)
            {
                json.WriteString("patchType"u8, "JSONPatch"u8);
                json.WriteBase64String("patch"u8, PatchOperation.Write(patch));
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        return body.ToArray();
    }
}
