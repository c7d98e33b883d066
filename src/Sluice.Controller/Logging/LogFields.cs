using System.Collections;
using System.Globalization;
using System.Text.Json;
using Sluice.Gating.Time;

namespace Sluice.Controller.Logging;

/// <summary>
/// The named fields of one entry: those of the message, then those of the scopes around it, the innermost first. A name is written once, with
/// its first value. Used under the provider's lock, so that it can be kept.
/// </summary>
internal sealed class LogFields
{
    private const string Template = "{OriginalFormat}";

    private readonly List<KeyValuePair<string, object?>> _fields = [];
    private readonly List<object?> _scopes = [];

    public void Collect(object? state, IExternalScopeProvider? scopes)
    {
        Add(state);
        scopes?.ForEachScope(static (scope, fields) => fields._scopes.Add(scope), this);
        for (var i = _scopes.Count - 1; i >= 0; i--)
        {
            Add(_scopes[i]);
        }
    }

    public void Clear()
    {
        _fields.Clear();
        _scopes.Clear();
    }

    public bool Any => _fields.Count > 0;

    public void Write(Utf8JsonWriter json)
    {
        foreach (var (name, value) in _fields)
        {
            json.WritePropertyName(name);
            WriteValue(json, value);
        }
    }

    private void Add(object? state)
    {
        if (state is not IEnumerable<KeyValuePair<string, object?>> fields)
        {
            return;
        }

        foreach (var (name, value) in fields)
        {
            if (name != Template)
            {
                Add(FieldName(name), value);
            }
        }
    }

    private void Add(string name, object? value)
    {
        if (!_fields.Exists(f => f.Key == name))
        {
            _fields.Add(new(name, value));
        }
    }

    /// <summary>Flux writes <c>name</c> where .NET writes <c>Name</c>; a field that would take the place of a fixed one gives way.</summary>
    private static string FieldName(string name)
    {
        var camel = JsonNamingPolicy.CamelCase.ConvertName(name);
        return camel is "level" or "ts" or "logger" or "msg" or "error" or "stacktrace" ? camel + "_" : camel;
    }

    private static void WriteValue(Utf8JsonWriter json, object? value)
    {
        switch (value)
        {
            case null:
                json.WriteNullValue();
                break;
            case string text:
                json.WriteStringValue(text);
                break;
            case bool flag:
                json.WriteBooleanValue(flag);
                break;
            case byte or sbyte or short or ushort or int or uint or long:
                json.WriteNumberValue(Convert.ToInt64(value, CultureInfo.InvariantCulture));
                break;
            case ulong number:
                json.WriteNumberValue(number);
                break;
            case double number when double.IsFinite(number):
                json.WriteNumberValue(number);
                break;
            case float number when float.IsFinite(number):
                json.WriteNumberValue(number);
                break;
            case decimal number:
                json.WriteNumberValue(number);
                break;
            case DateTimeOffset instant:
                json.WriteStringValue(Rfc3339.Format(instant));
                break;
            case TimeSpan duration:
                json.WriteStringValue(duration < TimeSpan.Zero ? "-" + GoDuration.Format(duration.Negate()) : GoDuration.Format(duration));
                break;
            case IFormattable other:
                json.WriteStringValue(other.ToString(null, CultureInfo.InvariantCulture));
                break;
            case IEnumerable several:
                json.WriteStartArray();
                foreach (var one in several)
                {
                    WriteValue(json, one);
                }

                json.WriteEndArray();
                break;
            default:
                json.WriteStringValue(value.ToString());
                break;
        }
    }
}
