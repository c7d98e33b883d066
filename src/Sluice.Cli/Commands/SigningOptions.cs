using System.CommandLine;
using Sluice.Cli.Signing;

namespace Sluice.Cli.Commands;

/// <summary>The options with which <c>approve</c> and <c>reject</c> sign what they record.</summary>
/// <param name="hereAlone">Whether it is signed here or not at all, not elsewhere.</param>
internal sealed class SigningOptions(bool hereAlone)
{
    private readonly Option<string?> _key = new("--key")
    {
        Description = "Sign with this private key (PEM): cosign's, or of ECDSA, RSA or Ed25519. Its password is in COSIGN_PASSWORD, or asked for",
        HelpName = "FILE",
    };

    private readonly Option<bool> _statementOnly = new("--statement-only") { Description = "Print what is to be signed, and record nothing" };

    private readonly Option<string?> _statement = new("--statement") { Description = "What was signed elsewhere, as --statement-only printed it", HelpName = "FILE" };

    private readonly Option<string?> _signature = new("--signature") { Description = "The signature over it, as 'cosign sign-blob' prints it", HelpName = "FILE" };

    private readonly Option<string?> _bundle = new("--bundle") { Description = "The signature as a Sigstore bundle, as 'cosign sign-blob --bundle' writes it", HelpName = "FILE" };

    /// <summary>Adds them to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (var option in hereAlone ? [_key] : new Option[] { _key, _statementOnly, _statement, _signature, _bundle })
            command.Options.Add(option);
    }

    /// <summary>Whether what is to be signed is only printed.</summary>
    public bool IsStatementOnly(ParseResult arguments) => arguments.GetValue(_statementOnly);

    /// <summary>Where signatures come from; null: nothing is signed.</summary>
    /// <exception cref="CommandException">The options contradict each other, or a file is not what it should be.</exception>
    public Signatory? Read(CommandContext context, ParseResult arguments)
    {
        var (key, statement, signature, bundle) = (arguments.GetValue(_key), arguments.GetValue(_statement), arguments.GetValue(_signature), arguments.GetValue(_bundle));
        var isGiven = statement is not null || signature is not null || bundle is not null;
        if ((key is not null && isGiven) || (IsStatementOnly(arguments) && (key is not null || isGiven)))
            throw CommandException.Usage("--key signs here, --statement-only and --statement with --signature or --bundle elsewhere: one of the three");
        if (key is not null)
            return Signatory.With(PrivateKeyFile.Read(key, () => Password.Get(key, context.Terminal.Error)));
        if (!isGiven)
            return null;
        if (signature is not null == bundle is not null || (signature is not null && statement is null))
            throw CommandException.Usage("expected --statement with --signature or --bundle, or --bundle alone where the statement is in it");
        return Signatory.Of(statement is null ? null : Content("--statement", statement), Text("--signature", signature), Text("--bundle", bundle));
    }

    private static string? Text(string option, string? path) => path is null ? null : System.Text.Encoding.UTF8.GetString(Content(option, path));

    private static byte[] Content(string option, string path)
    {
        // More than any of them may have.
        const int maxBytes = 1 << 20;
        try
        {
            if (new FileInfo(path) is { Exists: true, Length: > maxBytes })
                throw new CommandException($"{option}: '{path}' is longer than {maxBytes} bytes");
            return File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"{option}: '{path}' cannot be read: {e.Message}");
        }
    }
}
