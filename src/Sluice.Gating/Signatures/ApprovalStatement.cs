using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text.Encodings.Web;
using System.Text.Json;
using Sluice.Gating.Time;

namespace Sluice.Gating.Signatures;

/// <summary>
/// What is signed: an in-toto Statement v1 whose one subject is the artifact, and whose predicate is what the approval says. A member that is not
/// known is refused: who signed it may have meant it as a condition.
/// </summary>
/// <param name="Claim">What it says.</param>
/// <param name="NotBefore">The first instant at which it counts.</param>
/// <param name="Nonce">Tells it from every other statement: 16 to 128 characters.</param>
public sealed record ApprovalStatement(ApprovalClaim Claim, DateTimeOffset NotBefore, string Nonce)
{
    /// <summary>The type of the statement.</summary>
    public const string StatementType = "https://in-toto.io/Statement/v1";

    /// <summary>The type of its predicate.</summary>
    public const string PredicateType = "https://gating.toolkit.fluxcd.io/approval/v1alpha1";

    // Those that source-controller can make digests of artifacts with, but SHA-1.
    private static readonly string[] DigestAlgorithms = ["sha256", "sha384", "sha512", "blake3"];

    private const int MinNonceLength = 16;
    private const int MaxNonceLength = 128;

    /// <summary>Reads a statement.</summary>
    /// <param name="json">Its bytes: anything.</param>
    /// <param name="statement">What it says.</param>
    /// <param name="problem">Why it cannot be understood, as a clause.</param>
    public static bool TryParse(ReadOnlyMemory<byte> json, [NotNullWhen(true)] out ApprovalStatement? statement, [NotNullWhen(false)] out string? problem)
    {
        try
        {
            (statement, problem) = (Parse(json), null);
            return true;
        }
        catch (SignatureFaultException e)
        {
            (statement, problem) = (null, e.Message);
            return false;
        }
    }

    /// <summary>Its bytes, as they are to be signed.</summary>
    public byte[] ToBytes()
    {
        var buffer = new ArrayBufferWriter<byte>();
        // For people to read before they sign: it is no part of a web page.
        using (var json = new Utf8JsonWriter(buffer, new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            var (algorithm, hex) = SplitDigest(Claim.Candidate.Digest);
            json.WriteStartObject();
            json.WriteString("_type", StatementType);
            json.WriteStartArray("subject");
            json.WriteStartObject();
            json.WriteString("name", SubjectName(Claim.Target));
            json.WriteStartObject("digest");
            json.WriteString(algorithm, hex);
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteString("predicateType", PredicateType);
            json.WriteStartObject("predicate");
            WriteObject(json, "gate", null, Claim.Gate);
            WriteObject(json, "target", Claim.TargetKind, Claim.Target);
            json.WriteString("revision", Claim.Candidate.Revision);
            json.WriteString("specDigest", Claim.Candidate.SpecDigest);
            json.WriteString("decision", Claim.Decision);
            json.WriteString("approver", Claim.Approver);
            if (Claim.Reason is { } reason)
            {
                json.WriteString("reason", reason);
            }

            json.WriteString("notBefore", Rfc3339.Format(NotBefore));
            if (Claim.ExpiresAt is { } end)
            {
                json.WriteString("expiresAt", Rfc3339.Format(end));
            }

            json.WriteString("nonce", Nonce);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <exception cref="SignatureFaultException">It is no such statement.</exception>
    internal static ApprovalStatement Parse(ReadOnlyMemory<byte> json) => StrictObject.Read(json, "the statement", ["_type", "subject", "predicateType", "predicate"], statement =>
    {
        Require(statement.Text("_type") == StatementType, $"the statement is of another type; expected {StatementType}");
        Require(statement.Text("predicateType") == PredicateType, $"the predicate is of another type; expected {PredicateType}");
        var predicate = statement.Object(
            "predicate", "gate", "target", "revision", "specDigest", "decision", "approver", "reason", "notBefore", "expiresAt", "nonce");
        var gate = predicate.Object("gate", "namespace", "name", "uid");
        var target = predicate.Object("target", "kind", "namespace", "name", "uid");
        var claim = new ApprovalClaim
        {
            Gate = ReadObject(gate),
            TargetKind = target.Text("kind"),
            Target = ReadObject(target),
            Candidate = new(predicate.Text("revision"), ReadSubject(statement, ReadObject(target)), predicate.Text("specDigest")),
            Decision = predicate.Text("decision"),
            Approver = predicate.Text("approver"),
            Reason = predicate.TextOrNull("reason"),
            ExpiresAt = predicate.Has("expiresAt") ? ReadInstant(predicate, "expiresAt") : null,
        };
        var nonce = predicate.Text("nonce");
        Require(nonce.Length is >= MinNonceLength and <= MaxNonceLength, "the statement.predicate.nonce has not 16 to 128 characters");
        return new ApprovalStatement(claim, ReadInstant(predicate, "notBefore"), nonce);
    });

    // One alone: with several, which is it that was approved?
    private static string ReadSubject(StrictObject statement, SignedObject target)
    {
        var subject = statement.Single("subject", "name", "digest");
        Require(subject.TextOrNull("name") is not { } name || name == SubjectName(target), "the subject has another name than the target");
        var digests = subject.Object("digest", DigestAlgorithms);
        var given = DigestAlgorithms.Where(digests.Has).ToList();
        Require(given.Count == 1, "the subject has not exactly one digest");
        return $"{given[0]}:{digests.Text(given[0])}";
    }

    private static SignedObject ReadObject(StrictObject json) => new(json.Text("namespace"), json.Text("name"), json.Text("uid"));

    private static DateTimeOffset ReadInstant(StrictObject json, string name) =>
        Rfc3339.TryParse(json.Text(name), out var instant) ? instant : throw new SignatureFaultException($"the statement.predicate.{name} is not a time");

    private static void WriteObject(Utf8JsonWriter json, string name, string? kind, SignedObject named)
    {
        json.WriteStartObject(name);
        if (kind is not null)
        {
            json.WriteString("kind", kind);
        }

        json.WriteString("namespace", named.Namespace);
        json.WriteString("name", named.Name);
        json.WriteString("uid", named.Uid);
        json.WriteEndObject();
    }

    private static string SubjectName(SignedObject target) => $"{target.Namespace}/{target.Name}";

    private static (string Algorithm, string Hex) SplitDigest(string digest)
    {
        var colon = digest.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? ("", digest) : (digest[..colon], digest[(colon + 1)..]);
    }

    private static void Require(bool isSo, string otherwise)
    {
        if (!isSo)
        {
            throw new SignatureFaultException(otherwise);
        }
    }
}
