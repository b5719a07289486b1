using System.Text;

namespace ManagedTransformer.Data;

/// <summary>Reads text files by lines.</summary>
static class TextLines
{
    static readonly UTF8Encoding _strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The lines of a UTF-8 file, also as <c>.gz</c>. They end with LF alone; what other characters Unicode calls line ends belong to the text.</summary>
    /// <param name="path">The file.</param>
    /// <param name="trim">Whether white space around lines is removed; a CR at the end always is.</param>
    /// <exception cref="InputException">The file is missing, unreadable or not UTF-8.</exception>
    public static List<string> Read(string path, bool trim = true)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ReadOnlySpan<byte> bytes = InputFile.ReadAllBytes(path);
        if (bytes.StartsWith(Encoding.UTF8.Preamble))
            bytes = bytes[Encoding.UTF8.Preamble.Length..];
        List<string> lines = [];
        while (bytes.Length > 0)
        {
            int end = bytes.IndexOf((byte)'\n');
            ReadOnlySpan<byte> line = end < 0 ? bytes : bytes[..end];
            bytes = end < 0 ? [] : bytes[(end + 1)..];
            try
            {
                string text = _strict.GetString(line);
                lines.Add(trim ? text.Trim() : text.TrimEnd('\r'));
            }
            catch (DecoderFallbackException e)
            {
                throw new InputException($"Line {lines.Count + 1} of '{path}' is not UTF-8.", e);
            }
        }
        return lines;
    }
}
