using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Sluice.Api.Approvals;
using Sluice.Api.Serialization;
using Sluice.Gating.Signatures;

namespace Sluice.Controller.Tests.Sources;

/// <summary>A key, and approvals that are signed with it.</summary>
internal sealed class SigningKey
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public string Pem => _key.ExportSubjectPublicKeyInfoPem();

    /// <summary>The spec of a gate that is opened and wants one signed approval.</summary>
    public static string Gate(params (string Name, SigningKey Key, string? Username)[] keys) => new JsonObject
    {
        ["default"] = "opened",
        ["approvals"] = new JsonObject
        {
            ["required"] = 1,
            ["keys"] = Keys(keys),
        },
    }.ToJsonString();

    public static JsonObject Keys(params (string Name, SigningKey Key, string? Username)[] keys) => new()
    {
        ["publicKeys"] = new JsonArray([.. keys.Select(key =>
        {
            var json = new JsonObject { ["name"] = key.Name, ["pem"] = key.Key.Pem };
            if (key.Username is { } username)
            {
                json["username"] = username;
            }

            return json;
        })]),
    };

    /// <summary>Puts a signature over what an approval says into it.</summary>
    public JsonNode Sign(JsonNode vote, DateTimeOffset? notBefore = null)
    {
        var signature = SignatureOf(vote, notBefore);
        vote["spec"]!["signature"] = signature;
        return vote;
    }

    /// <summary>The signature over what an approval says.</summary>
    public JsonNode SignatureOf(JsonNode vote, DateTimeOffset? notBefore = null)
    {
        var claim = vote.Deserialize(ApiJson.Default.Approval)!.ToClaim();
        var statement = new ApprovalStatement(claim, notBefore ?? TimeProvider.System.GetUtcNow().AddMinutes(-1), Guid.NewGuid().ToString()).ToBytes();
        return new JsonObject
        {
            ["statement"] = Convert.ToBase64String(statement),
            ["value"] = Convert.ToBase64String(_key.SignData(statement, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence)),
        };
    }

    /// <summary>The same in an envelope, as cosign attest-blob writes it.</summary>
    public JsonNode SignInEnvelope(JsonNode vote)
    {
        var statement = Convert.FromBase64String((string)SignatureOf(vote)["statement"]!);
        byte[] message = [.. Encoding.UTF8.GetBytes($"DSSEv1 28 application/vnd.in-toto+json {statement.Length} "), .. statement];
        vote["spec"]!["signature"] = new JsonObject
        {
            ["bundle"] = new JsonObject
            {
                ["mediaType"] = "application/vnd.dev.sigstore.bundle.v0.3+json",
                ["verificationMaterial"] = new JsonObject { ["publicKey"] = new JsonObject { ["hint"] = "aGludA==" } },
                ["dsseEnvelope"] = new JsonObject
                {
                    ["payload"] = Convert.ToBase64String(statement),
                    ["payloadType"] = "application/vnd.in-toto+json",
                    ["signatures"] = new JsonArray(new JsonObject { ["sig"] = Convert.ToBase64String(_key.SignData(message, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence)) }),
                },
            }.ToJsonString(),
        };
        return vote;
    }
}
