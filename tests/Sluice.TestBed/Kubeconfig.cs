using System.Text;

namespace Sluice.TestBed;

/// <summary>Writes kubeconfig files.</summary>
internal static class Kubeconfig
{
    /// <summary>Writes a kubeconfig.</summary>
    /// <param name="path">The file.</param>
    /// <param name="server">The address of the API server.</param>
    /// <param name="authorityPem">The certificate that the API server's certificate goes back to.</param>
    /// <param name="user">What the user is called in the file.</param>
    /// <param name="credentials">The entries below <c>user:</c>, by name.</param>
    public static void Write(string path, Uri server, string authorityPem, string user, params IEnumerable<(string Name, string Value)> credentials)
    {
        var entries = string.Join('\n', credentials.Select(entry => $"    {entry.Name}: {entry.Value}"));
        var text =
            $"""
            apiVersion: v1
            kind: Config
            clusters:
            - name: test-bed
              cluster:
                server: {server.GetLeftPart(UriPartial.Authority)}
                certificate-authority-data: {Base64(authorityPem)}
            users:
            - name: {Quoted(user)}
              user:
            {entries}
            contexts:
            - name: test-bed
              context:
                cluster: test-bed
                user: {Quoted(user)}
            current-context: test-bed

            """;
        File.WriteAllText(path, text);
    }

    public static string Base64(string pem) => Convert.ToBase64String(Encoding.ASCII.GetBytes(pem));

    private static string Quoted(string text) => '"' + text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal) + '"';
}
