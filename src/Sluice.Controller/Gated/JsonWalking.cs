using System.Text.Json;

namespace Sluice.Controller.Gated;

/// <summary>Steps through JSON one property at a time. A value of another kind than expected is passed over, never an error: Flux's CRDs have the say.</summary>
internal static class JsonWalking
{
    /// <summary>Moves to the next property of the object that was entered; false at its end.</summary>
    public static bool NextProperty(this ref Utf8JsonReader json) => json.Read() && json.TokenType == JsonTokenType.PropertyName;

    /// <summary>Moves to the value of a property; false when it is no object.</summary>
    public static bool EnterObject(this ref Utf8JsonReader json) => json.Read() && json.TokenType == JsonTokenType.StartObject;

    /// <summary>Moves to the value of a property; false when it is no array.</summary>
    public static bool EnterArray(this ref Utf8JsonReader json) => json.Read() && json.TokenType == JsonTokenType.StartArray;

    /// <summary>Moves to the next object of the array that was entered, past what is no object; false at its end.</summary>
    public static bool NextItem(this ref Utf8JsonReader json)
    {
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            if (json.TokenType == JsonTokenType.StartObject)
            {
                return true;
            }

            json.SkipValue();
        }

        return false;
    }

    /// <summary>Skips the value of the property that the reader stands on; does nothing once the value was entered and found to be another kind.</summary>
    public static void SkipValue(this ref Utf8JsonReader json)
    {
        if (json.TokenType == JsonTokenType.PropertyName)
        {
            json.Read();
        }

        if (json.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
        {
            json.Skip();
        }
    }

    /// <summary>Moves to the value of a property; null when it is no string.</summary>
    public static string? StringValue(this ref Utf8JsonReader json)
    {
        json.Read();
        if (json.TokenType == JsonTokenType.String)
        {
            return json.GetString();
        }

        json.SkipValue();
        return null;
    }

    /// <summary>Moves to the value of a property; 0 when it is no whole number.</summary>
    public static long LongValue(this ref Utf8JsonReader json)
    {
        json.Read();
        if (json.TokenType == JsonTokenType.Number && json.TryGetInt64(out var number))
        {
            return number;
        }

        json.SkipValue();
        return 0;
    }
}
