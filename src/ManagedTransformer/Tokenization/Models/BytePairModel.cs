using System.Text;
using ManagedTransformer.Tokenization.Unicode;

namespace ManagedTransformer.Tokenization.Models;

/// <summary>Byte pair encoding (Sennrich, Haddow and Birch, 2016): characters are joined by merges in their order.</summary>
internal sealed class BytePairModel : TokenModel
{
    private const int LargestKept = 1 << 16;

    [ThreadStatic]
    private static PairMerger? _merger;

    private readonly PairTable _merges;
    private readonly BytePairOptions _options;
    private readonly int[]? _byteTokens;
    private readonly int[] _rawBytes = new int[256];
    private readonly WordCache _cache = new();

    /// <summary>Creates the model.</summary>
    /// <param name="vocabulary">The tokens.</param>
    /// <param name="merges">The merges.</param>
    /// <param name="options">What to do with characters.</param>
    public BytePairModel(TokenMap vocabulary, PairTable merges, BytePairOptions options)
        : base(vocabulary)
    {
        (_merges, _options) = (merges, options);
        _byteTokens = options.HasByteFallback ? ByteTokens(vocabulary) : null;
        Span<byte> visible = stackalloc byte[4];
        for (int value = 0; value < _rawBytes.Length; value++)
        {
            int length = new Rune(ByteAlphabet.CharacterOf((byte)value)).EncodeToUtf8(visible);
            vocabulary.TryGetId(visible[..length], out _rawBytes[value]);
        }
    }

    /// <summary>
    /// True when pieces are bytes instead of characters of GPT-2's alphabet that stand for them. Only for models without prefix and suffix.
    /// </summary>
    public bool TakesBytes { get; set; }

    /// <summary>True where bytes that have no token are an error, otherwise they vanish as unknown characters do.</summary>
    public bool RefusesMissingBytes { get; set; }

    /// <summary>The merges.</summary>
    public PairTable Merges => _merges;

    /// <summary>True where every byte has a token.</summary>
    public bool HasAllBytes => !_rawBytes.Contains(-1);

    /// <summary>The option by which ids may be others than merges of bytes give; null for none.</summary>
    public string? Oddity => _options.Prefix.Length > 0 ? "the model option 'continuing_subword_prefix'"
        : _options.Suffix.Length > 0 ? "the model option 'end_of_word_suffix'"
        : _options.IgnoresMerges ? "the model option 'ignore_merges'"
        : _options.HasByteFallback ? "the model option 'byte_fallback'"
        : _options.Unknown is not null && !HasAllBytes ? "an 'unk_token' beside a vocabulary that lacks bytes"
        : null;

    /// <summary>True where <see cref="TakesBytes"/> can be set.</summary>
    public bool CanTakeBytes => _options.Prefix.Length == 0 && _options.Suffix.Length == 0;

    /// <inheritdoc/>
    public override void Tokenize(ReadOnlySpan<byte> piece, TokenSink sink)
    {
        bool isShort = piece.Length <= WordCache.LongestWord;
        ulong hash = isShort ? WordCache.Hash(piece) : 0;
        if (isShort && _cache.TryGet(piece, hash, out ReadOnlySpan<int> known))
        {
            sink.Add(known);
            return;
        }

        PairMerger merger = piece.Length > LargestKept ? new PairMerger() : _merger ??= new PairMerger();
        merger.Clear();
        if (!TakesBytes)
        {
            Merge(piece, merger);
        }
        else if (!MergeBytes(piece, merger))
        {
            ByteBuffer visible = new(piece.Length * 2);
            ByteAlphabet.Append(piece, visible);
            merger.Clear();
            Merge(visible.Span, merger);
        }

        sink.Add(merger.Symbols);
        if (isShort)
        {
            _cache.Add(piece, hash, merger.Symbols);
        }
    }

    private bool MergeBytes(ReadOnlySpan<byte> piece, PairMerger merger)
    {
        if (_options.IgnoresMerges)
        {
            ByteBuffer visible = new(piece.Length * 2);
            ByteAlphabet.Append(piece, visible);
            if (Vocabulary.TryGetId(visible.Span, out int whole))
            {
                merger.Add(whole);
                return true;
            }
        }

        foreach (byte value in piece)
        {
            if (_rawBytes[value] < 0)
            {
                return !RefusesMissingBytes ? false : throw new InputException(
                    $"The vocabulary has no token for the byte 0x{value:X2} of '{Encoding.UTF8.GetString(piece)}'.");
            }

            merger.Add(_rawBytes[value]);
        }

        merger.Merge(_merges);
        return true;
    }

    private void Merge(ReadOnlySpan<byte> piece, PairMerger merger)
    {
        if (_options.IgnoresMerges && Vocabulary.TryGetId(piece, out int whole))
        {
            merger.Add(whole);
            return;
        }

        AddSymbols(piece, merger);
        merger.Merge(_merges);
    }

    // An unknown token waits until the next known character: bytes of a fallback go before it, as in Rust.
    private void AddSymbols(ReadOnlySpan<byte> piece, PairMerger merger)
    {
        int pending = -1;
        ByteBuffer? decorated = _options.Prefix.Length + _options.Suffix.Length > 0 ? new() : null;
        for (int i = 0; i < piece.Length;)
        {
            int end = i + LengthAt(piece, i);
            ReadOnlySpan<byte> symbol = piece[i..end];
            if (decorated is not null)
            {
                decorated.Truncate(0);
                decorated.Add(i > 0 ? _options.Prefix : default);
                decorated.Add(symbol);
                decorated.Add(end == piece.Length ? _options.Suffix : default);
                symbol = decorated.Span;
            }

            i = end;
            if (Vocabulary.TryGetId(symbol, out int id))
            {
                Flush(ref pending, merger);
                merger.Add(id);
            }
            else if (_byteTokens is not null && HasBytes(symbol, _byteTokens))
            {
                foreach (byte value in symbol)
                {
                    merger.Add(_byteTokens[value]);
                }
            }
            else if (_options.Unknown is { } unknown)
            {
                if (!_options.FusesUnknown)
                {
                    Flush(ref pending, merger);
                }

                pending = Vocabulary.TryGetId(unknown, out int unknownId) ? unknownId : throw Unknown(symbol);
            }
        }

        Flush(ref pending, merger);
    }

    private static void Flush(ref int pending, PairMerger merger)
    {
        if (pending >= 0)
        {
            merger.Add(pending);
            pending = -1;
        }
    }
}
