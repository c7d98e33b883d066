using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using CsCheck;
using Sluice.Gating.Signatures;

namespace Sluice.Gating.Tests.Signatures;

/// <summary>Signatures as an attacker, or a bad day, makes them: each is refused with a reason, and none is the end of anything.</summary>
public sealed class BadSignatureTests
{
    private static readonly TrustedKey[] Keys = [Signer.P256.Key("p256"), Signer.P384.Key("p384"), Signer.P521.Key("p521"), Signer.Rsa.Key("rsa"), Signer.Ed.Key("ed")];

    private static readonly string Statement = Convert.ToBase64String(Said.Bytes);

    private static readonly string Good = Signer.P256.Plain(Said.Bytes).Value!;

    public static TheoryData<string> Names => [.. Corpus.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void It_is_refused(string name) => Said.Check(Corpus[name], Keys).Fault.Should().NotBeNullOrEmpty().And.NotContain("\n");

    [Theory]
    [MemberData(nameof(SignatureCheckTests.KindsAndForms), MemberType = typeof(SignatureCheckTests))]
    public void With_any_byte_changed_it_is_refused(string kind, string form)
    {
        var signature = Signer.Of(kind).In(form, Said.Bytes);
        var key = Signer.Of(kind).Key();
        Gen.Select(Gen.Int[0, 2], Gen.Int[0, 1_000_000], Gen.Int[1, 255]).Sample((part, at, change) =>
        {
            var changed = part switch
            {
                0 when signature.Statement is { } statement => signature with { Statement = ChangeDecoded(statement, at, change) },
                1 when signature.Value is { } value => signature with { Value = ChangeDecoded(value, at, change) },
                _ when signature.Bundle is { } bundle => signature with { Bundle = ChangeSignedParts(bundle, at, change) },
                _ => signature with { Value = ChangeDecoded(signature.Value!, at, change) },
            };
            Said.Check(changed, key).Fault.Should().NotBeNull();
        }, iter: 300);
    }

    [Fact]
    public void Whatever_is_in_it_there_is_an_answer() =>
        Gen.Select(Noise, Noise, Noise).Sample((statement, value, bundle) => Said.Check(new(statement, value, bundle), Keys).Fault.Should().NotBeNull(), iter: 3000);

    [Fact]
    public void Whatever_becomes_of_a_bundle_it_is_valid_only_for_what_was_signed()
    {
        var bundle = Signer.P256.BundleOf(Said.Bytes).ToJsonString();
        var envelope = Signer.P256.EnvelopeOf(Said.Bytes).ToJsonString();
        Gen.Select(Gen.Bool, Gen.Select(Gen.Int[0, 5000], Gen.Int[0, 3], Gen.Char["{}[]\":,0aA=\\ \u0000é"]).Array[1, 4]).Sample((isEnvelope, edits) =>
        {
            var text = new StringBuilder(isEnvelope ? envelope : bundle);
            foreach (var (at, kind, letter) in edits)
            {
                var index = at % text.Length;
                _ = kind switch
                {
                    0 => text.Insert(index, letter),
                    1 => text.Remove(index, 1),
                    2 => text.Remove(index, Math.Min(text.Length - index - 1, 20)),
                    _ => text.Replace(text[index], letter, index, 1),
                };
            }

            // It never throws; where it is still valid, it is what was signed that decides.
            var check = Said.Check(new(isEnvelope ? null : Statement, null, text.ToString()), Said.Claim with { Approver = "mallory" }, Keys);
            check.Fault.Should().NotBeNull();
        }, iter: 3000);
    }

    private static readonly Dictionary<string, SignatureMaterial> Corpus = new()
    {
        // Nothing, half of it, or too much.
        ["nothing at all"] = new(null, null, null),
        ["a statement alone"] = new(Statement, null, null),
        ["a signature alone"] = new(null, Good, null),
        ["a bundle without its statement"] = Signer.P256.Bundle(Said.Bytes) with { Statement = null },
        ["an empty statement"] = new("", Good, null),
        ["an empty signature"] = new(Statement, "", null),
        ["an empty bundle"] = new(Statement, null, ""),
        ["a bundle with an empty signature"] = Bundle(json => json["messageSignature"]!["signature"] = ""),
        ["an envelope with an empty signature"] = Envelope(json => json["dsseEnvelope"]!["signatures"]![0]!["sig"] = ""),
        ["an envelope with an empty payload"] = new(null, null, Signer.P256.EnvelopeOf([]).ToJsonString()),
        ["value and bundle"] = Signer.P256.Bundle(Said.Bytes) with { Value = Good },
        ["an envelope and a statement beside it"] = Signer.P256.Envelope(Said.Bytes) with { Statement = Statement },
        ["a huge statement"] = new(new('A', 2_000_000), Good, null),
        ["a statement of our key that is longer than allowed"] = Signer.P256.Plain([.. Said.Bytes, .. new byte[20_000]]),
        ["a huge signature"] = new(Statement, new('A', 2_000_000), null),
        ["a huge bundle"] = new(Statement, null, new('[', 2_000_000)),
        ["a bundle that is too deep"] = new(Statement, null, string.Concat(Enumerable.Repeat("{\"verificationMaterial\":", 2000)) + "1" + new string('}', 2000)),
        ["an envelope whose payload is huge"] = new(null, null, Signer.P256.EnvelopeOf([.. Said.Bytes, .. Enumerable.Repeat((byte)' ', 20_000)]).ToJsonString()),

        // The signature.
        ["truncated"] = new(Statement, Change(Good, bytes => bytes[..^1]), null),
        ["truncated to one byte"] = new(Statement, Change(Good, bytes => bytes[..1]), null),
        ["with a byte behind it"] = new(Statement, Change(Good, bytes => [.. bytes, 0]), null),
        ["P1363 instead of DER"] = new(Statement, Convert.ToBase64String(P1363()), null),
        ["P1363 in a bundle"] = Bundle(json => json["messageSignature"]!["signature"] = Convert.ToBase64String(P1363())),
        ["DER of zeros"] = new(Statement, Der("00", "00"), null),
        ["DER of the group order"] = new(Statement, Der("00ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551", "00ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551"), null),
        ["DER of negative numbers"] = new(Statement, Der("ff", "ff"), null),
        ["DER with lengths that lie"] = new(Statement, Convert.ToBase64String(Convert.FromHexString("3084ffffffff0284ffffffff00")), null),
        ["BER with an indefinite length"] = new(Statement, Convert.ToBase64String([0x30, 0x80, .. Convert.FromBase64String(Good).AsSpan(2), 0, 0]), null),
        ["zeros as long as an Ed25519 signature"] = new(Statement, Convert.ToBase64String(new byte[64]), null),
        ["zeros as long as an RSA signature"] = new(Statement, Convert.ToBase64String(new byte[256]), null),
        ["ones as long as an RSA signature"] = new(Statement, Convert.ToBase64String(Enumerable.Repeat((byte)255, 256).ToArray()), null),
        ["RSA with another padding"] = new(Statement, Convert.ToBase64String(Signer.RsaKey.SignData(Said.Bytes, HashAlgorithmName.SHA256, RSASignaturePadding.Pss)), null),
        ["RSA over another hash"] = new(Statement, Convert.ToBase64String(Signer.RsaKey.SignData(Said.Bytes, HashAlgorithmName.SHA512, RSASignaturePadding.Pkcs1)), null),
        ["Ed25519 with a scalar above the group order"] = new(Statement, Change(Signer.Ed.Plain(Said.Bytes).Value!, AddOrder), null),
        ["of the digest instead of the bytes"] = new(Statement, Convert.ToBase64String(Signer.P256.Sign(SHA256.HashData(Said.Bytes))), null),
        ["in hexadecimal"] = new(Statement, Convert.ToHexStringLower(Convert.FromBase64String(Good)), null),
        ["as a line of base64 within another"] = new(Statement, Convert.ToBase64String(Encoding.ASCII.GetBytes(Good)), null),
        ["not base64"] = new(Statement, "!!!!", null),
        ["of an envelope, given as plain"] = new(Statement, (string)Signer.P256.EnvelopeOf(Said.Bytes)["dsseEnvelope"]!["signatures"]![0]!["sig"]!, null),
        ["plain, given as of an envelope"] = Envelope(json => json["dsseEnvelope"]!["signatures"]![0]!["sig"] = Good),

        // The bundle.
        ["a bundle of another digest"] = Bundle(json => json["messageSignature"]!["messageDigest"]!["digest"] = Convert.ToBase64String(SHA256.HashData([1]))),
        ["a bundle of a truncated digest"] = Bundle(json => json["messageSignature"]!["messageDigest"]!["digest"] = Convert.ToBase64String(SHA256.HashData(Said.Bytes)[..31])),
        ["a bundle of a digest of another algorithm"] = Bundle(json => json["messageSignature"]!["messageDigest"]!["algorithm"] = "SHA2_512"),
        ["a bundle of a digest of no algorithm"] = Bundle(json => ((JsonObject)json["messageSignature"]!["messageDigest"]!).Remove("algorithm")),
        ["a bundle of MD5"] = Bundle(json => json["messageSignature"]!["messageDigest"]!["algorithm"] = "MD5"),
        ["a bundle of an empty digest"] = Bundle(json => json["messageSignature"]!["messageDigest"]!["digest"] = ""),
        ["a bundle of another version"] = Bundle(json => json["mediaType"] = "application/vnd.dev.sigstore.bundle+json;version=0.1"),
        ["a bundle without a media type"] = Bundle(json => json.Remove("mediaType")),
        ["a bundle with a member that is not known"] = Bundle(json => json["also"] = 1),
        ["a bundle with another case"] = new(Statement, null, Signer.P256.Bundle(Said.Bytes).Bundle!.Replace("messageSignature", "MessageSignature", StringComparison.Ordinal)),
        ["a bundle with both contents"] = Bundle(json => json["dsseEnvelope"] = Signer.P256.EnvelopeOf(Said.Bytes)["dsseEnvelope"]!.DeepClone()),
        ["a bundle with no content"] = Bundle(json => json.Remove("messageSignature")),
        ["a bundle whose content is null"] = Bundle(json => json["messageSignature"] = null),
        ["a bundle whose signature is a number"] = Bundle(json => json["messageSignature"]!["signature"] = 7),
        ["a bundle that is a list"] = new(Statement, null, $"[{Signer.P256.Bundle(Said.Bytes).Bundle}]"),
        ["a bundle twice"] = new(Statement, null, Signer.P256.Bundle(Said.Bytes).Bundle + Signer.P256.Bundle(Said.Bytes).Bundle),
        ["a bundle with a comment"] = new(Statement, null, "/**/" + Signer.P256.Bundle(Said.Bytes).Bundle),
        ["a bundle with a byte order mark"] = new(Statement, null, "\uFEFF" + Signer.P256.Bundle(Said.Bytes).Bundle),
        ["a bundle with half a character"] = new(Statement, null, Signer.P256.Bundle(Said.Bytes).Bundle!.Replace("aGludA==", "\uD800", StringComparison.Ordinal)),
        ["a bundle with half a character, escaped"] = new(Statement, null, Signer.P256.Bundle(Said.Bytes).Bundle!.Replace("application", "\\ud800", StringComparison.Ordinal)),
        ["a bundle with a name twice"] = new(Statement, null, Signer.P256.Bundle(Said.Bytes).Bundle!.Replace("{\"mediaType\"", "{\"mediaType\":\"x\",\"mediaType\"", StringComparison.Ordinal)),
        ["a bundle with a signature twice"] = new(Statement, null, Signer.P256.Bundle(Said.Bytes).Bundle!.Replace("\"signature\"", "\"signature\":\"AA==\",\"signatur\\u0065\"", StringComparison.Ordinal)),
        ["the bundle that cosign wrote before"] = new(Statement, null, $$"""{"base64Signature":"{{Good}}"}"""),

        // The envelope.
        ["a swapped payload type"] = Envelope(json => json["dsseEnvelope"]!["payloadType"] = "application/json"),
        ["another payload type that was signed"] = new(null, null, Signer.P256.EnvelopeOf(Said.Bytes, "application/json").ToJsonString()),
        ["a payload type of another case"] = Envelope(json => json["dsseEnvelope"]!["payloadType"] = "application/vnd.in-toto+JSON"),
        ["a swapped payload"] = Envelope(json => json["dsseEnvelope"]!["payload"] = Convert.ToBase64String((Said.Statement with { Nonce = "another-nonce-000" }).ToBytes())),
        ["an envelope without a signature"] = Envelope(json => json["dsseEnvelope"]!["signatures"] = new JsonArray()),
        ["an envelope with two signatures"] = Envelope(json => json["dsseEnvelope"]!["signatures"]!.AsArray().Add(json["dsseEnvelope"]!["signatures"]![0]!.DeepClone())),
        ["an envelope with a payload twice"] = new(null, null, Signer.P256.Envelope(Said.Bytes).Bundle!.Replace("{\"payload\"", "{\"payload\":\"\",\"payload\"", StringComparison.Ordinal)),
        ["an envelope that is not in a bundle"] = new(null, null, Signer.P256.EnvelopeOf(Said.Bytes)["dsseEnvelope"]!.ToJsonString()),

        // The statement, well signed.
        ["not JSON"] = Signer.P256.Plain(Encoding.UTF8.GetBytes("approve")),
        ["no statement"] = Signer.P256.Plain(Encoding.UTF8.GetBytes("{}")),
        ["null"] = Signer.P256.Plain(Encoding.UTF8.GetBytes("null")),
        ["a list of statements"] = Signer.P256.Plain(Encoding.UTF8.GetBytes($"[{Encoding.UTF8.GetString(Said.Bytes)}]")),
        ["two statements"] = Signer.P256.Plain([.. Said.Bytes, .. Said.Bytes]),
        ["a statement with an approver twice"] = Edited("\"approver\":\"alice\"", "\"approver\":\"bob\",\"approver\":\"alice\""),
        ["a statement with an approver twice, once escaped"] = Edited("\"approver\":\"alice\"", "\"\\u0061pprover\":\"bob\",\"approver\":\"alice\""),
        ["a statement with a predicate twice"] = Edited("\"predicate\":{", "\"predicate\":{},\"predicate\":{"),
        ["a statement of version 0.1"] = Edited("Statement/v1", "Statement/v0.1"),
        ["a statement of another predicate"] = Edited("approval/v1alpha1", "approval/v2"),
        ["a statement with a condition that is not known"] = Edited("\"nonce\"", "\"onlyIf\":\"monday\",\"nonce\""),
        ["a statement with a member beside the predicate"] = Edited("\"predicate\":{", "\"also\":1,\"predicate\":{"),
        ["no subject"] = Tree(json => json["subject"] = new JsonArray()),
        ["two subjects"] = Tree(json => json["subject"]!.AsArray().Add(json["subject"]![0]!.DeepClone())),
        ["a subject with two digests"] = Tree(json => json["subject"]![0]!["digest"]!["sha512"] = "00"),
        ["a subject without a digest"] = Tree(json => json["subject"]![0]!["digest"] = new JsonObject()),
        ["a subject of a weak digest"] = Tree(json => json["subject"]![0]!["digest"] = new JsonObject { ["sha1"] = "00" }),
        ["a subject of another name"] = Tree(json => json["subject"]![0]!["name"] = "apps/other"),
        ["another subject"] = Tree(json => json["subject"]![0]!["digest"]!["sha256"] = new string('0', 64)),
        ["no approver"] = Tree(json => ((JsonObject)json["predicate"]!).Remove("approver")),
        ["an approver that is a list"] = Tree(json => json["predicate"]!["approver"] = new JsonArray("alice")),
        ["an approver that is null"] = Tree(json => json["predicate"]!["approver"] = null),
        ["no notBefore"] = Tree(json => ((JsonObject)json["predicate"]!).Remove("notBefore")),
        ["a notBefore that is no time"] = Tree(json => json["predicate"]!["notBefore"] = "yesterday"),
        ["a notBefore without an offset"] = Tree(json => json["predicate"]!["notBefore"] = "2026-11-25T12:00:00"),
        ["an expiresAt that is null"] = Tree(json => json["predicate"]!["expiresAt"] = null),
        ["no nonce"] = Tree(json => ((JsonObject)json["predicate"]!).Remove("nonce")),
        ["a short nonce"] = Tree(json => json["predicate"]!["nonce"] = "1"),
        ["a statement that is no Unicode"] = Signer.P256.Plain([.. Encoding.Latin1.GetBytes(Encoding.Latin1.GetString(Said.Bytes).Replace("alice", "al\u00ffce", StringComparison.Ordinal))]),
        ["a statement with half a character, escaped"] = Edited("alice", "\\udc00"),
    };

    private static SignatureMaterial Bundle(Action<JsonObject> edit)
    {
        var json = Signer.P256.BundleOf(Said.Bytes);
        edit(json);
        return new(Statement, null, json.ToJsonString());
    }

    private static SignatureMaterial Envelope(Action<JsonObject> edit)
    {
        var json = Signer.P256.EnvelopeOf(Said.Bytes);
        edit(json);
        return new(null, null, json.ToJsonString());
    }

    private static SignatureMaterial Edited(string from, string to)
    {
        var text = Encoding.UTF8.GetString(Said.Bytes);
        text.Should().Contain(from);
        return Signer.P256.Plain(Encoding.UTF8.GetBytes(text.Replace(from, to, StringComparison.Ordinal)));
    }

    private static SignatureMaterial Tree(Action<JsonObject> edit)
    {
        var json = JsonNode.Parse(Said.Bytes)!.AsObject();
        edit(json);
        return Signer.P256.Plain(Encoding.UTF8.GetBytes(json.ToJsonString()));
    }

    private static string Change(string base64, Func<byte[], byte[]> change) => Convert.ToBase64String(change(Convert.FromBase64String(base64)));

    private static string ChangeDecoded(string base64, int at, int change) => Change(base64, bytes =>
    {
        bytes[at % bytes.Length] ^= (byte)change;
        return bytes;
    });

    /// <summary>Changes a byte of the payload or of the signature, and leaves what is not signed as it is.</summary>
    private static string ChangeSignedParts(string bundle, int at, int change)
    {
        var json = JsonNode.Parse(bundle)!;
        if (json["messageSignature"] is { } message)
        {
            var part = at % 2 == 0 ? message : message["messageDigest"]!;
            var name = at % 2 == 0 ? "signature" : "digest";
            part[name] = ChangeDecoded((string)part[name]!, at / 2, change);
        }
        else
        {
            var part = at % 2 == 0 ? json["dsseEnvelope"]! : json["dsseEnvelope"]!["signatures"]![0]!;
            var name = at % 2 == 0 ? "payload" : "sig";
            part[name] = ChangeDecoded((string)part[name]!, at / 2, change);
        }

        return json.ToJsonString();
    }

    private static byte[] P1363()
    {
        var der = new System.Formats.Asn1.AsnReader(Convert.FromBase64String(Good), System.Formats.Asn1.AsnEncodingRules.DER).ReadSequence();
        return [.. Number(der.ReadInteger()), .. Number(der.ReadInteger())];

        static byte[] Number(System.Numerics.BigInteger number)
        {
            var bytes = number.ToByteArray(isUnsigned: true, isBigEndian: true);
            return [.. new byte[32 - bytes.Length], .. bytes];
        }
    }

    private static string Der(string r, string s) => Convert.ToBase64String(Convert.FromHexString(
        string.Create(CultureInfo.InvariantCulture, $"30{4 + ((r.Length + s.Length) / 2):x2}02{r.Length / 2:x2}{r}02{s.Length / 2:x2}{s}")));

    private static byte[] AddOrder(byte[] signature)
    {
        var order = System.Numerics.BigInteger.Parse("7237005577332262213973186563042994240857116359379907606001950938285454250989", CultureInfo.InvariantCulture);
        var scalar = new System.Numerics.BigInteger(signature.AsSpan(32), isUnsigned: true) + order;
        var bytes = scalar.ToByteArray(isUnsigned: true);
        return [.. signature[..32], .. bytes, .. new byte[32 - bytes.Length]];
    }

    private static readonly Gen<string?> Noise = Gen.Frequency(
        (2, Gen.Const((string?)null)),
        (2, Gen.String[0, 200].Select(text => (string?)text)),
        (2, Gen.Byte.Array[0, 200].Select(bytes => (string?)Convert.ToBase64String(bytes))),
        (1, Gen.Const((string?)Statement)),
        (1, Gen.String[Gen.Char["{}[]\":,0a\\u"], 0, 60].Select(text => (string?)text)));
}
