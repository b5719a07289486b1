using System.Text;
using ManagedTransformer.Tokenization.AddedTokens;
using ManagedTransformer.Tokenization.Decoders;
using ManagedTransformer.Tokenization.Models;
using ManagedTransformer.Tokenization.Normalizers;
using ManagedTransformer.Tokenization.Patterns;
using ManagedTransformer.Tokenization.PostProcessors;
using ManagedTransformer.Tokenization.PreTokenizers;
using ManagedTransformer.Tokenization.Unicode;

namespace ManagedTransformer.Tokenization.Pipeline;

/// <summary>The parts of a tokenizer in their order: added tokens, normalizer, pre-tokenizers, model, template, decoders.</summary>
internal sealed record TokenPipeline
{
    private readonly Normalizer? _normalizer;
    private readonly PreTokenizer[] _preTokenizers;
    private readonly Pattern? _wholePattern;
    private readonly bool _asksForStart;

    /// <summary>Puts the parts together.</summary>
    public TokenPipeline(AddedTokenSet added, Normalizer? normalizer, PreTokenizer[] preTokenizers, TokenModel model)
    {
        (Added, _normalizer, _preTokenizers, Model) = (added, normalizer, preTokenizers, model);
        _asksForStart = preTokenizers.Any(part => part is MetaspacePreTokenizer { AsksForStart: true });
        if (model is BytePairModel { CanTakeBytes: true } pairs && preTokenizers is [.., ByteLevelPreTokenizer last])
        {
            // The model knows bytes: no need to write them as characters first.
            pairs.TakesBytes = true;
            last = last.WithBytes();
            _preTokenizers = [.. preTokenizers[..^1], last];
            _wholePattern = _preTokenizers is [SplitPreTokenizer split, _] && last.IsIdle ? split.Isolated
                : _preTokenizers.Length == 1 ? last.OnlySplit : null;
        }
    }

    /// <summary>The added tokens.</summary>
    public AddedTokenSet Added { get; }

    /// <summary>The model.</summary>
    public TokenModel Model { get; }

    /// <summary>What stands around texts.</summary>
    public Template Template { get; init; } = Template.Plain;

    /// <summary>How long texts are cut; null: not at all.</summary>
    public Truncation? Truncation { get; init; }

    /// <summary>How short texts are filled up; null: not at all.</summary>
    public Padding? Padding { get; init; }

    /// <summary>What turns tokens into text; null: spaces between them.</summary>
    public TokenDecoder[]? Decoders { get; init; }

    /// <summary>True where bytes that are not UTF-8 stay as they are; only for models and pre-tokenizers that take them.</summary>
    public bool KeepsBytes { get; init; }

    /// <summary>True where texts are normalized.</summary>
    public bool HasNormalizer => _normalizer is not null;

    /// <summary>What splits texts.</summary>
    public IReadOnlyList<PreTokenizer> PreTokenizers => _preTokenizers;

    /// <summary>One above the largest id.</summary>
    public int Size => Math.Max(Model.Vocabulary.LargestId, Added.LargestId) + 1;

    /// <summary>Adds the tokens of a text, without those of the template.</summary>
    /// <param name="text">The text; what is not UTF-8 counts as U+FFFD.</param>
    /// <param name="sink">Receives them.</param>
    /// <exception cref="InputException">The text cannot be encoded.</exception>
    public void Encode(ReadOnlySpan<byte> text, TokenSink sink)
    {
        text = KeepsBytes ? text : Utf8.Repair(text);
        Workspace work = new(new PatternBudget(text.Length));
        int position = 0, taken = 0;
        while (!Added.Raw.IsEmpty && Added.Raw.Next(text, ref position, taken, out int start, out int end) is { } token)
        {
            if (taken < start)
            {
                EncodeSegment(text[taken..start], taken == 0, sink, work);
            }

            sink.Add(token.Id, text[start..end]);
            taken = end;
        }

        if (taken < text.Length)
        {
            EncodeSegment(text[taken..], taken == 0, sink, work);
        }
    }

    /// <summary>The id of a token; -1 where the vocabulary lacks it.</summary>
    public int IdOf(string token) => Added.IdOf(token) is >= 0 and int added ? added
        : Model.Vocabulary.TryGetId(Encoding.UTF8.GetBytes(token), out int id) ? id : -1;

    /// <summary>The text of an id; null where no token has it.</summary>
    public string? TextOf(int id) => Added.ById.TryGetValue(id, out AddedEntry? entry) ? entry.Content
        : Model.Vocabulary.HasId(id) ? Encoding.UTF8.GetString(Model.Vocabulary.TextOf(id)) : null;

    /// <summary>The text of tokens; ids that no token has give nothing.</summary>
    /// <param name="ids">The tokens.</param>
    /// <param name="skipSpecial">Whether special tokens are left out.</param>
    public string Decode(ReadOnlySpan<int> ids, bool skipSpecial)
    {
        if (Decoders is [ByteLevelDecoder])
        {
            return DecodeBytes(ids, skipSpecial);
        }

        List<string> tokens = new(ids.Length);
        foreach (int id in ids)
        {
            if (TextOf(id) is { } text && !(skipSpecial && Added.IsSpecial(text)))
            {
                tokens.Add(text);
            }
        }

        if (Decoders is null)
        {
            return string.Join(' ', tokens);
        }

        long most = new PatternBudget(tokens.Sum(token => token.Length)).MostBytes;
        foreach (TokenDecoder decoder in Decoders)
        {
            decoder.Apply(tokens);
            if (tokens.Sum(token => (long)token.Length) > most)
            {
                throw new InputException($"The tokenizer makes more than {most:N0} characters of these tokens.");
            }
        }

        return string.Concat(tokens);
    }

    /// <summary>An ordinary token, and a byte that is never part of a character, as far as the vocabulary has them.</summary>
    public int[] FindProbes()
    {
        TokenMap tokens = Model.Vocabulary;
        if (Decoders is [ByteLevelDecoder] || tokens.Count == 0)
        {
            return [];
        }

        int ordinary = tokens.IdAt(tokens.Count - 1);
        return tokens.TryGetId("<0xFF>"u8, out int value) ? [ordinary, value] : [ordinary];
    }

    private string DecodeBytes(ReadOnlySpan<int> ids, bool skipSpecial)
    {
        ByteBuffer bytes = new(ids.Length * 4);
        foreach (int id in ids)
        {
            if (Added.ById.TryGetValue(id, out AddedEntry? entry))
            {
                if (!(skipSpecial && Added.IsSpecial(entry.Content)))
                {
                    ByteLevelDecoder.Append(Encoding.UTF8.GetBytes(entry.Content), bytes);
                }
            }
            else
            {
                ByteLevelDecoder.Append(Model.Vocabulary.TextOf(id), bytes);
            }
        }

        return Encoding.UTF8.GetString(bytes.Span);
    }

    private void EncodeSegment(ReadOnlySpan<byte> segment, bool isFirst, TokenSink sink, Workspace work)
    {
        if (_normalizer is not null)
        {
            isFirst = isFirst && !(_asksForStart && DropsStart(segment, work));
            work.Normalized.Truncate(0);
            _normalizer.Append(segment, work.Normalized);
            segment = work.Normalized.Span;
        }

        int position = 0, taken = 0;
        while (!Added.Normalized.IsEmpty && Added.Normalized.Next(segment, ref position, taken, out int start, out int end) is { } token)
        {
            if (taken < start)
            {
                EncodeOrdinary(segment[taken..start], isFirst && taken == 0, sink, work);
            }

            sink.Add(token.Id, segment[start..end]);
            taken = end;
        }

        if (taken < segment.Length)
        {
            EncodeOrdinary(segment[taken..], isFirst && taken == 0, sink, work);
        }
    }

    // What remains then begins behind the start of the original text.
    private bool DropsStart(ReadOnlySpan<byte> segment, Workspace work)
    {
        work.Normalized.Truncate(0);
        Utf8.Read(segment, 0, out int length);
        _normalizer!.Append(segment[..length], work.Normalized);
        return work.Normalized.Length == 0;
    }

    private void EncodeOrdinary(ReadOnlySpan<byte> text, bool isFirst, TokenSink sink, Workspace work)
    {
        if (_wholePattern is not null)
        {
            EncodeMatches(text, sink, work.Budget);
            return;
        }

        if (_preTokenizers.Length == 0)
        {
            Model.Tokenize(text, sink);
            return;
        }

        Pieces pieces = work.Pieces;
        pieces.Reset(text, isFirst, work.Budget);
        foreach (PreTokenizer preTokenizer in _preTokenizers)
        {
            preTokenizer.Apply(pieces);
        }

        foreach (Piece piece in pieces.List)
        {
            Model.Tokenize(pieces[piece], sink);
        }
    }

    // The most common case, without a list of pieces.
    private void EncodeMatches(ReadOnlySpan<byte> text, TokenSink sink, PatternBudget budget)
    {
        if (_wholePattern is WordScanner scanner)
        {
            for (int start = 0; start < text.Length;)
            {
                int end = scanner.End(text, start);
                Model.Tokenize(text[start..end], sink);
                start = end;
            }

            return;
        }

        PatternSearch search = new(_wholePattern!, budget);
        int taken = 0;
        while (search.Next(text))
        {
            if (search.Start > taken)
            {
                Model.Tokenize(text[taken..search.Start], sink);
            }

            if (search.End > search.Start)
            {
                Model.Tokenize(text[search.Start..search.End], sink);
            }

            taken = search.End;
        }

        if (taken < text.Length)
        {
            Model.Tokenize(text[taken..], sink);
        }
    }

    private sealed class Workspace(PatternBudget budget)
    {
        public ByteBuffer Normalized { get; } = new() { Limit = budget.MostBytes };

        public Pieces Pieces { get; } = new();

        public PatternBudget Budget { get; } = budget;
    }
}
