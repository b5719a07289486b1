using System.Text;
using System.Text.Json;
using ManagedTransformer.Tokenization;

namespace ManagedTransformer.Tests.Tokenization.Pipeline;

/// <summary>Files of cases whose expected values come from Hugging Face's Rust library and from sentencepiece.</summary>
internal static class TokenizerCases
{
    /// <summary>The folders of cases: a selection in the repository, and all of them beside it where they are there.</summary>
    public static IEnumerable<string> Folders => new[] { "tests/cases/tokenizers", "../shared/cases/tokenizers" }
        .Select(folder => Path.Combine(Repository.Root, folder)).Where(Directory.Exists);

    /// <summary>The cases of a file; none where it is absent.</summary>
    public static IEnumerable<JsonElement> Read(string folder, string file)
    {
        string path = Path.Combine(folder, file);
        return File.Exists(path) ? File.ReadLines(path, Encoding.UTF8).Select(line => JsonDocument.Parse(line).RootElement) : [];
    }

    /// <summary>What a case expects and does not get; null where all agrees.</summary>
    public static string? Fault(PipelineTokenizer tokenizer, JsonElement item)
    {
        if (item.TryGetProperty("text", out JsonElement text))
        {
            try
            {
                TokenEncoding encoding = tokenizer.Encode(text.GetString()!,
                    item.TryGetProperty("pair", out JsonElement pair) ? pair.GetString() : null,
                    new EncodingOptions { AddSpecialTokens = Flag(item), FitsLength = true });
                if (item.TryGetProperty("error", out _))
                {
                    return "is not refused";
                }

                if (!Numbers(item.GetProperty("ids")).SequenceEqual(encoding.Ids))
                {
                    return $"ids {string.Join(',', encoding.Ids)}";
                }

                if (!item.GetProperty("tokens").EnumerateArray().Select(token => token.GetString()).SequenceEqual(encoding.Tokens))
                {
                    return $"tokens {string.Join('|', encoding.Tokens)}";
                }

                if (item.TryGetProperty("type_ids", out JsonElement types) && !Numbers(types).SequenceEqual(encoding.TypeIds))
                {
                    return $"types {string.Join(',', encoding.TypeIds)}";
                }

                if (item.TryGetProperty("attention_mask", out JsonElement mask) && !Numbers(mask).SequenceEqual(encoding.AttentionMask))
                {
                    return $"mask {string.Join(',', encoding.AttentionMask)}";
                }
            }
            catch (InputException e)
            {
                return item.TryGetProperty("error", out _) ? null : e.Message;
            }
        }

        return DecodingFault(tokenizer, item);
    }

    private static string? DecodingFault(PipelineTokenizer tokenizer, JsonElement item)
    {
        int[] ids = Numbers(item.GetProperty("ids"));
        string decoded = tokenizer.Decode(ids);
        if (item.TryGetProperty("decoded", out JsonElement expected) && expected.GetString() != decoded)
        {
            return $"decoded '{decoded}'";
        }

        if (item.TryGetProperty("decoded_skip_special", out JsonElement skipped)
            && skipped.GetString() != tokenizer.Decode(ids, skipSpecialTokens: true))
        {
            return $"decoded without special tokens '{tokenizer.Decode(ids, skipSpecialTokens: true)}'";
        }

        StreamingDecoder streaming = new(tokenizer);
        string streamed = string.Concat(ids.Select(streaming.Append)) + streaming.Flush();
        return streamed == decoded ? null : $"streamed '{streamed}'";
    }

    private static bool Flag(JsonElement item) => !item.TryGetProperty("add_special", out JsonElement flag) || flag.GetBoolean();

    private static int[] Numbers(JsonElement list) => [.. list.EnumerateArray().Select(number => number.GetInt32())];
}
