using System.Globalization;
using System.Text.Json;
using ManagedTransformer.Recipes;

namespace ManagedTransformer.Sweeps;

/// <summary>A key of a recipe and the values that a sweep gives it.</summary>
/// <param name="Key">The key's path.</param>
/// <param name="Values">As they were written; at least one.</param>
internal sealed record SweepAxis(string Key, IReadOnlyList<string> Values)
{
    /// <summary>An axis that is written as <c>KEY=VALUE,VALUE,...</c>; commas within lists, objects and quotes divide nothing.</summary>
    /// <param name="text">The axis.</param>
    /// <param name="option">Named in errors.</param>
    /// <exception cref="InputException">It has another form, or names a value twice.</exception>
    public static SweepAxis Parse(string text, string option)
    {
        RecipeChange change = RecipeChange.Parse(text, option);
        string[] values = [.. Split(change.Value)];
        if (values.Length > 1 && values.Contains(""))
        {
            throw new InputException($"{option}: a value of '{change.Key}' is empty in '{text}'.") { Option = option };
        }

        return values.Select(Plain).Distinct(StringComparer.Ordinal).Count() == values.Length ? new SweepAxis(change.Key, values)
            : throw new InputException($"{option} names a value of '{change.Key}' twice.") { Option = option };
    }

    // One text for one value: 1e-2 is 0.01, and "relu" is relu.
    private static string Plain(string value)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(value);
            JsonElement root = document.RootElement;
            return root.ValueKind switch
            {
                JsonValueKind.Number => root.TryGetUInt64(out ulong whole)
                    ? whole.ToString(CultureInfo.InvariantCulture) : root.GetDouble().ToString("R", CultureInfo.InvariantCulture),
                JsonValueKind.String => root.GetString()!,
                _ => value,
            };
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // No JSON, or a string that is no Unicode: a text as it is.
            return value;
        }
    }

    private static IEnumerable<string> Split(string text)
    {
        int start = 0, depth = 0;
        bool isQuoted = false;
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (c == '"' && !(isQuoted && text[i - 1] == '\\'))
            {
                isQuoted = !isQuoted;
            }

            depth += isQuoted ? 0 : c is '[' or '{' ? 1 : c is ']' or '}' ? -1 : 0;
            if (c == ',' && depth <= 0 && !isQuoted)
            {
                yield return text[start..i].Trim();
                start = i + 1;
            }
        }

        yield return text[start..].Trim();
    }
}
