using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Sluice.Gating.Signatures;

/// <summary>
/// What an approval carries as its signature: <paramref name="Statement"/> and <paramref name="Value"/>, as <c>cosign sign-blob</c> prints it;
/// <paramref name="Statement"/> and <paramref name="Bundle"/>; or a <paramref name="Bundle"/> that has the statement in it. Anything may be in them.
/// </summary>
/// <param name="Statement">The statement, in base64.</param>
/// <param name="Value">The signature over its bytes, in base64.</param>
/// <param name="Bundle">A Sigstore bundle v0.3, in JSON.</param>
public sealed record SignatureMaterial(string? Statement, string? Value, string? Bundle)
{
    /// <summary>The longest statement, in bytes: longer than one whose every member is as long as an Approval lets it be.</summary>
    public const int MaxStatementBytes = 16 * 1024;

    /// <summary>The longest signature, in bytes: that of the longest RSA key.</summary>
    public const int MaxValueBytes = 2048;

    /// <summary>The longest bundle, in bytes.</summary>
    public const int MaxBundleBytes = 64 * 1024;

    /// <summary>What the statement says, without a look at the signature: to show it, never to decide.</summary>
    /// <param name="statement">The statement.</param>
    /// <param name="problem">Why there is none, as a clause.</param>
    public bool TryReadStatement([NotNullWhen(true)] out ApprovalStatement? statement, [NotNullWhen(false)] out string? problem)
    {
        try
        {
            return ApprovalStatement.TryParse(Open().Statement, out statement, out problem);
        }
        catch (SignatureFaultException e)
        {
            (statement, problem) = (null, e.Message);
            return false;
        }
    }

    /// <summary>Takes the signature out.</summary>
    /// <exception cref="SignatureFaultException">It cannot be understood.</exception>
    internal SignedBytes Open()
    {
        var statement = Statement is null ? null : Decode(Statement, "the statement", MaxStatementBytes);
        var opened = (Value, Bundle) switch
        {
            ({ } value, null) => statement is null ? throw new SignatureFaultException("the statement that was signed is missing")
                : new(statement, statement, Decode(value, "the signature", MaxValueBytes)),
            (null, { } bundle) => SigstoreBundle.Open(Limited(Utf8(bundle), "the bundle", MaxBundleBytes), statement),
            _ => throw new SignatureFaultException("there is not exactly one of value and bundle"),
        };
        Limited(opened.Statement, "the statement", MaxStatementBytes);
        Limited(opened.Signature, "the signature", MaxValueBytes);
        return opened;
    }

    private static byte[] Decode(string text, string what, int max)
    {
        // In base64 four characters are three bytes.
        if (text.Length > (max + 2) / 3 * 4)
        {
            throw TooLong(what, max);
        }

        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out var length)
            ? bytes[..length] : throw new SignatureFaultException($"{what} is not base64");
    }

    private static byte[] Utf8(string text)
    {
        if (text.Length > MaxBundleBytes)
        {
            throw TooLong("the bundle", MaxBundleBytes);
        }

        try
        {
            return new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true).GetBytes(text);
        }
        catch (EncoderFallbackException)
        {
            throw new SignatureFaultException("the bundle is not Unicode");
        }
    }

    private static byte[] Limited(byte[] bytes, string what, int max) => bytes.Length == 0 ? throw new SignatureFaultException($"{what} is empty")
        : bytes.Length > max ? throw TooLong(what, max) : bytes;

    private static SignatureFaultException TooLong(string what, int max) => new(string.Create(CultureInfo.InvariantCulture, $"{what} is longer than {max} bytes"));
}
