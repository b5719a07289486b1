using System.Collections;
using ManagedTransformer.Data.Text;
using ManagedTransformer.Tokenization;

namespace ManagedTransformer.Datasets;

/// <summary>A text as tokens.</summary>
/// <param name="Stream">The tokens.</param>
/// <param name="TokensPerCharacter">Of what losses count: turns nats per token into bits per character.</param>
internal sealed record EncodedText(TokenStream Stream, double TokensPerCharacter)
{
    /// <summary>Tokenizes a text; the pieces of records each by itself.</summary>
    /// <param name="part">The text.</param>
    /// <param name="tokenizer">The tokenizer.</param>
    /// <param name="padding">The id of the model's padding, which is never a target; null for none.</param>
    /// <exception cref="InputException">A character that the vocabulary lacks, or invalid UTF-8.</exception>
    public static EncodedText Of(TextPart part, ITokenizer tokenizer, int? padding)
    {
        if (part.Segments is not { } segments)
        {
            TokenStream stream = TokenStream.Encode(tokenizer, part.Text);
            return new EncodedText(stream, (double)stream.Length / TrainingData.Characters(part.Text, tokenizer));
        }

        List<int> ids = [];
        List<(int Start, int Count)> prompts = [];
        List<long> records = [];
        long characters = 0;
        foreach (TextSegment segment in segments)
        {
            ReadOnlyMemory<byte> text = part.Text.Slice(segment.Start, segment.Length);
            if (segment.BeginsRecord)
            {
                records.Add(ids.Count);
            }

            int[] piece = segment.IsConversation ? Tokenizer.EncodePlain(tokenizer, text.Span) : tokenizer.Encode(text.Span);
            if (segment.IsCounted)
            {
                characters += TrainingData.Characters(text, tokenizer);
            }
            else
            {
                prompts.Add((ids.Count, piece.Length));
            }

            ids.AddRange(piece);
        }

        TokenStream tokens = TokenStream.FromIds([.. ids]);
        double perCharacter = (ids.Count - prompts.Sum(prompt => (double)prompt.Count)) / Math.Max(1, characters);
        if (!part.HasPrompts)
        {
            return new EncodedText(tokens, perCharacter);
        }

        BitArray counted = new(ids.Count, true);
        foreach ((int start, int count) in prompts)
        {
            for (int i = 0; i < count; i++)
            {
                counted[start + i] = false;
            }
        }

        return new EncodedText(new MaskedTokenStream(tokens, counted, records, padding ?? -1), perCharacter);
    }
}
