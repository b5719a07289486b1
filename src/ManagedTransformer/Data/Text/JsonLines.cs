using System.Buffers;
using System.Text;
using System.Text.Json;

namespace ManagedTransformer.Data.Text;

/// <summary>
/// Texts as JSON lines: an object in every line, <c>{"text": "..."}</c> or <c>{"prompt": "...", "completion": "..."}</c>, of which losses
/// count the completion. Other fields are passed over.
/// </summary>
internal static class JsonLines
{
    /// <summary>The texts of a file.</summary>
    /// <param name="bytes">The file.</param>
    /// <param name="path">Its name, for errors.</param>
    /// <param name="options">Names of fields, and what ends a record.</param>
    /// <exception cref="InputException">A line is no such object, or the file has none; the message names the line.</exception>
    public static TextPart Read(ReadOnlyMemory<byte> bytes, string path, TextCorpusOptions options)
    {
        ArrayBufferWriter<byte> text = new(Math.Max(1, bytes.Length));
        List<TextSegment> segments = [];
        int number = 0;
        while (!bytes.IsEmpty)
        {
            number++;
            int end = bytes.Span.IndexOf((byte)'\n');
            ReadOnlyMemory<byte> line = end < 0 ? bytes : bytes[..end];
            bytes = end < 0 ? default : bytes[(end + 1)..];
            if (line.Span.IndexOfAnyExcept((byte)' ', (byte)'\t', (byte)'\r') >= 0)
            {
                Add(line, $"{path} (line {number})");
            }
        }

        return segments.Count > 0 ? new TextPart(text.WrittenMemory, segments)
            : throw new InputException($"The file '{path}' has no records.");

        void Add(ReadOnlyMemory<byte> line, string place)
        {
            try
            {
                using JsonDocument document = JsonDocument.Parse(line);
                JsonElement record = document.RootElement;
                if (record.ValueKind != JsonValueKind.Object)
                {
                    throw new InputException($"{place}: the line is no JSON object.");
                }

                RecordFields fields = options.Fields;
                if (Text(record, fields.Prompt, place) is { } prompt && Text(record, fields.Completion, place) is { } completion)
                {
                    Append(prompt, isCounted: false, beginsRecord: true);
                    Append(completion + options.Separator, isCounted: true, beginsRecord: prompt.Length == 0);
                }
                else
                {
                    Append((Text(record, fields.Text, place) ?? throw new InputException(
                        $"{place}: the record has neither '{fields.Text}' nor '{fields.Prompt}' and '{fields.Completion}'; "
                        + "data.fields can name others.")) + options.Separator, isCounted: true, beginsRecord: true);
                }
            }
            catch (JsonException e)
            {
                throw new InputException($"{place}: the line is not valid JSON.", e);
            }
            catch (InvalidOperationException e)
            {
                // A string with half of a surrogate pair passes the parser and fails where it is read.
                throw new InputException($"{place}: the line has a string that is not valid Unicode.", e);
            }
        }

        void Append(string piece, bool isCounted, bool beginsRecord)
        {
            if (piece.Length > 0)
            {
                int start = text.WrittenCount;
                Encoding.UTF8.GetBytes(piece, text);
                segments.Add(new TextSegment(start, text.WrittenCount - start, isCounted, beginsRecord));
            }
        }
    }

    private static string? Text(JsonElement record, string field, string place) =>
        !record.TryGetProperty(field, out JsonElement value) || value.ValueKind == JsonValueKind.Null ? null
        : value.ValueKind == JsonValueKind.String ? value.GetString()
        : throw new InputException($"{place}: the field '{field}' must be a text.");
}
