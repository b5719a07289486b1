using System.Globalization;
using System.Text;

namespace ManagedTransformer;

/// <summary>
/// Text of strangers, such as the names of files, for a terminal: characters that would command it or turn its text around are written as
/// <c>\u001b</c>.
/// </summary>
public static class VisibleText
{
    /// <summary>The text as it can be shown.</summary>
    /// <param name="text">Any text.</param>
    public static string Of(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        StringBuilder? shown = null;
        for (int i = 0; i < text.Length; i++)
        {
            bool isPair = char.IsSurrogatePair(text, i);
            if (!isPair && IsHidden(text[i]))
            {
                shown ??= new StringBuilder(text, 0, i, text.Length + 5);
                shown.Append(CultureInfo.InvariantCulture, $"\\u{(int)text[i]:x4}");
                continue;
            }

            shown?.Append(text, i, isPair ? 2 : 1);
            i += isPair ? 1 : 0;
        }

        return shown?.ToString() ?? text;
    }

    private static bool IsHidden(char c) => char.GetUnicodeCategory(c) is UnicodeCategory.Control or UnicodeCategory.Format
        or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.Surrogate;
}
