using System.Buffers;
using System.Text;
using ManagedTransformer.Files;
using ManagedTransformer.Tokenization.AddedTokens;
using ManagedTransformer.Tokenization.Models;
using ManagedTransformer.Tokenization.Pipeline;
using ManagedTransformer.Tokenization.PostProcessors;

namespace ManagedTransformer.Tokenization;

/// <summary>
/// A tokenizer as Hugging Face's <c>tokenizer.json</c> or a sentencepiece <c>.model</c> describes it: added tokens, normalizer,
/// pre-tokenizer, model (BPE, Unigram, WordPiece, WordLevel), template and decoder. It gives the same ids as the library that the file was
/// made for.
/// </summary>
/// <remarks>Ids that no token has give no text when they are decoded.</remarks>
public sealed class PipelineTokenizer : ITokenizer
{
    private readonly TokenPipeline _pipeline;
    private readonly Action<string> _save;
    private int[]? _probes;

    internal PipelineTokenizer(TokenPipeline pipeline, Action<string> save) => (_pipeline, _save) = (pipeline, save);

    /// <inheritdoc/>
    public int VocabularySize => _pipeline.Size;

    /// <summary>The tokens that are found in a text before it is split, by id.</summary>
    public IReadOnlyList<SpecialToken> SpecialTokens => SpecialToken.Of(_pipeline.Added);

    /// <summary>True where special tokens are put around texts.</summary>
    public bool AddsSpecialTokens => _pipeline.Template.AddsTokens;

    /// <summary>The id of a token; null where the vocabulary lacks it.</summary>
    /// <param name="token">Its text as the vocabulary has it.</param>
    public int? IdOf(string token)
    {
        ArgumentNullException.ThrowIfNull(token);
        return _pipeline.IdOf(token) is >= 0 and int id ? id : null;
    }

    /// <summary>The text of a token as the vocabulary has it; null where no token has the id.</summary>
    /// <param name="id">The id.</param>
    public string? TokenOf(int id) => _pipeline.TextOf(id);

    /// <summary>The tokens of a text or of a pair.</summary>
    /// <param name="text">The text. Half of a surrogate pair counts as U+FFFD.</param>
    /// <param name="pair">The second text; null: there is none.</param>
    /// <param name="options">Default: with special tokens, neither cut nor filled up.</param>
    /// <exception cref="InputException">The text has something that the vocabulary lacks, or a pattern takes too long.</exception>
    public TokenEncoding Encode(string text, string? pair, EncodingOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        options ??= new EncodingOptions();
        TokenSink first = Run(TokenizerText.ToUtf8(text)), second = pair is null ? new(keepsTexts: true) : Run(TokenizerText.ToUtf8(pair));
        EncodingBuilder builder = new(_pipeline, first, pair is null ? null : second);
        return builder.Build(options.AddSpecialTokens, options.FitsLength);

        TokenSink Run(ReadOnlySpan<byte> utf8)
        {
            TokenSink sink = new(keepsTexts: true);
            _pipeline.Encode(utf8, sink);
            return sink;
        }
    }

    /// <inheritdoc/>
    public int[] Encode(ReadOnlySpan<char> text) => Encode(TokenizerText.ToUtf8(text));

    /// <summary>The ids of a text with the special tokens around it.</summary>
    /// <param name="utf8">The text in UTF-8; what is not valid counts as U+FFFD.</param>
    /// <exception cref="InputException">The text has something that the vocabulary lacks.</exception>
    public int[] Encode(ReadOnlySpan<byte> utf8) => Encode(utf8, addSpecialTokens: true);

    /// <summary>The ids of a text.</summary>
    /// <param name="utf8">The text in UTF-8; what is not valid counts as U+FFFD.</param>
    /// <param name="addSpecialTokens">Whether the special tokens are put around it.</param>
    /// <exception cref="InputException">The text has something that the vocabulary lacks.</exception>
    public int[] Encode(ReadOnlySpan<byte> utf8, bool addSpecialTokens)
    {
        TokenSink sink = new(keepsTexts: false);
        _pipeline.Encode(utf8, sink);
        if (!addSpecialTokens || !_pipeline.Template.AddsTokens)
        {
            return sink.Ids.ToArray();
        }

        List<int> ids = new(sink.Count + 8);
        foreach (TemplateItem item in _pipeline.Template.Single)
        {
            ids.AddRange(item.Sequence < 0 ? item.Ids : sink.Ids);
        }

        return [.. ids];
    }

    /// <inheritdoc/>
    public string Decode(ReadOnlySpan<int> ids) => _pipeline.Decode(ids, skipSpecial: false);

    /// <summary>The text of ids.</summary>
    /// <param name="ids">The ids.</param>
    /// <param name="skipSpecialTokens">Whether special tokens are left out.</param>
    public string Decode(ReadOnlySpan<int> ids, bool skipSpecialTokens) => _pipeline.Decode(ids, skipSpecialTokens);

    /// <summary>Removes the spaces that English texts have before punctuation and endings when they are decoded word by word.</summary>
    /// <param name="text">A decoded text.</param>
    public static string CleanUp(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Decoders.WordPieceDecoder.CleanUp(text);
    }

    /// <summary>
    /// Appends what an id adds to a text behind the one before it. Decoders that need more of the text are served by
    /// <see cref="StreamingDecoder"/>.
    /// </summary>
    /// <param name="id">The id.</param>
    /// <param name="previous">The id before it, or -1 at the start of the text.</param>
    /// <param name="utf8">Receives the bytes.</param>
    public void AppendUtf8(int id, int previous, IBufferWriter<byte> utf8)
    {
        ArgumentNullException.ThrowIfNull(utf8);
        string before = previous < 0 ? "" : Decode([previous]), both = previous < 0 ? Decode([id]) : Decode([previous, id]);
        Encoding.UTF8.GetBytes(both.StartsWith(before, StringComparison.Ordinal) ? both[before.Length..] : Decode([id]), utf8);
    }

    /// <inheritdoc/>
    public void Save(string path) => _save(path);

    internal static PipelineTokenizer Read(ReadOnlyMemory<byte> json, string path, PipelineSettings? settings = null) =>
        Of(PipelineReader.Read(json, path, settings), json, settings);

    /// <summary>The tokenizer of a pipeline that was read from a file.</summary>
    internal static PipelineTokenizer Of(TokenPipeline pipeline, ReadOnlyMemory<byte> json, PipelineSettings? settings = null) =>
        new(pipeline, target => AtomicFile.Write(
            target, settings is null or { IsIdle: true } ? json.Span : PipelineWriter.Merge(json, pipeline, settings)));

    /// <summary>Tokens that show which end of a text the decoder may still change; none where it changes nothing.</summary>
    internal IReadOnlyList<int> Probes => _probes ??= _pipeline.FindProbes();

    internal bool IsSpecial(int id) => _pipeline.Added.ById.TryGetValue(id, out AddedEntry? entry) && entry.IsSpecial;
}
