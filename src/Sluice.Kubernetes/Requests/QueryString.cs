using System.Globalization;
using System.Text;

namespace Sluice.Kubernetes;

/// <summary>Puts escaped parameters behind a path; those without a value are left out.</summary>
internal sealed class QueryString(string path)
{
    private readonly StringBuilder _text = new(path);
    private bool _any;

    public QueryString Add(string name, string? value)
    {
        if (string.IsNullOrEmpty(value))
            return this;
        _text.Append(_any ? '&' : '?').Append(name).Append('=').Append(Uri.EscapeDataString(value));
        _any = true;
        return this;
    }

    public QueryString Add(string name, bool value) => value ? Add(name, "true") : this;

    public QueryString Add(string name, int value) => value > 0 ? Add(name, value.ToString(CultureInfo.InvariantCulture)) : this;

    public override string ToString() => _text.ToString();
}
