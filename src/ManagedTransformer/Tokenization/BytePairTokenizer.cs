using System.Buffers;
using System.Text;
using ManagedTransformer.Tokenization.AddedTokens;
using ManagedTransformer.Tokenization.Models;
using ManagedTransformer.Tokenization.Pipeline;
using ManagedTransformer.Tokenization.Unicode;

namespace ManagedTransformer.Tokenization;

/// <summary>
/// Byte-level byte pair encoding as in GPT-2 (Radford et al., 2019): the text is split into words, each word's bytes are joined by learned
/// merges in their order. Any text and any bytes can be encoded, and decoding gives them back. Reads and writes Hugging Face's
/// <c>tokenizer.json</c> and GPT-2's <c>vocab.json</c> with <c>merges.txt</c>.
/// </summary>
public sealed class BytePairTokenizer : ITokenizer
{
    private readonly byte[]?[] _tokens;
    private readonly SpecialToken[] _specialTokens;

    private BytePairTokenizer(TokenPipeline pipeline, byte[]?[] tokens)
    {
        (Pipeline, _tokens) = (pipeline, tokens);
        _specialTokens = SpecialToken.Of(pipeline.Added);
        Prefix = [.. pipeline.Template.Single.SelectMany(item => item.Ids)];
        Merges = ((BytePairModel)pipeline.Model).Merges.InOrder();
    }

    /// <inheritdoc/>
    public int VocabularySize => _tokens.Length;

    /// <summary>The tokens that are found as a whole before the text is split, by id.</summary>
    public IReadOnlyList<SpecialToken> SpecialTokens => _specialTokens;

    /// <summary>
    /// True when a space is put before a text that does not begin with one, so that its first word is encoded like any other.
    /// </summary>
    public bool AddPrefixSpace => BytePairPipeline.AddsSpace(Pipeline);

    /// <summary>The ids that stand before those of every text, such as that of a token for the beginning of a text; mostly none.</summary>
    public IReadOnlyList<int> Prefix { get; }

    internal TokenPipeline Pipeline { get; }

    /// <summary>The merges, the first one first applied.</summary>
    internal IReadOnlyList<BytePairMerge> Merges { get; }

    /// <summary>
    /// Learns a vocabulary: 256 bytes, merges by falling frequency (of equally frequent pairs the one with the smaller left id, then
    /// with the smaller right id), then the special tokens. The same text always gives the same vocabulary.
    /// </summary>
    /// <param name="utf8">The training text.</param>
    /// <param name="vocabularySize">The number of ids to reach, at least 256 and the number of special tokens;
    /// fewer where no pair is frequent enough.</param>
    /// <param name="specialTokens">Texts that become one token each.</param>
    /// <param name="minimumCount">How often a pair must occur to be merged, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number lies outside its range.</exception>
    /// <exception cref="ArgumentException">A special token is empty, occurs twice or is also a token that was learned.</exception>
    public static BytePairTokenizer Train(ReadOnlySpan<byte> utf8, int vocabularySize, IReadOnlyList<string>? specialTokens = null,
        int minimumCount = 2)
    {
        specialTokens ??= [];
        ArgumentOutOfRangeException.ThrowIfLessThan(vocabularySize, 256 + specialTokens.Count);
        ArgumentOutOfRangeException.ThrowIfLessThan(minimumCount, 1);
        if (specialTokens.Any(string.IsNullOrEmpty) || specialTokens.Distinct().Count() != specialTokens.Count)
        {
            throw new ArgumentException("A special token is empty or occurs twice.", nameof(specialTokens));
        }

        (List<byte[]> tokens, List<BytePairMerge> merges) = BytePairTrainer.Train(utf8, vocabularySize - specialTokens.Count, minimumCount);
        TokenMap vocabulary = new();
        foreach (byte[] token in tokens)
        {
            vocabulary.Set(Encoding.UTF8.GetBytes(ByteAlphabet.Encode(token)), vocabulary.Count);
        }

        foreach (string token in specialTokens)
        {
            if (!vocabulary.Set(Encoding.UTF8.GetBytes(token), vocabulary.Count))
            {
                throw new ArgumentException($"The special token '{token}' is also a token that was learned from the text.",
                    nameof(specialTokens));
            }
        }

        vocabulary.Finish();
        PairTable table = new(merges.Count);
        foreach ((int rank, BytePairMerge merge) in merges.Index())
        {
            table.Set(merge.Left, merge.Right, rank, merge.Result);
        }

        return Of(BytePairPipeline.Create(new BytePairModel(vocabulary, table, new BytePairOptions()),
            specialTokens.Select(token => new AddedEntry(token, null) { IsSpecial = true }), ""), "");
    }

    /// <summary>Reads a <c>tokenizer.json</c> of Hugging Face's format.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="InputException">The file is missing or malformed, or asks for something other than byte-level BPE as in
    /// GPT-2.</exception>
    public static BytePairTokenizer Load(string path) => Of(PipelineReader.Read(TokenizerBytes.ReadText(path), path), path);

    /// <summary>Reads GPT-2's two files. An entry of the form <c>&lt;...&gt;</c> that no merge makes is a special token.</summary>
    /// <param name="vocabularyPath"><c>vocab.json</c>: an object from token to id.</param>
    /// <param name="mergesPath"><c>merges.txt</c>: a pair of tokens per line, in order.</param>
    /// <exception cref="InputException">A file is missing or malformed.</exception>
    public static BytePairTokenizer Load(string vocabularyPath, string mergesPath) => Gpt2TokenizerFiles.Read(vocabularyPath, mergesPath);

    /// <inheritdoc/>
    public int[] Encode(ReadOnlySpan<char> text) => Encode(TokenizerText.ToUtf8(text));

    /// <inheritdoc/>
    public int[] Encode(ReadOnlySpan<byte> utf8) => Encode(utf8, withPrefix: true);

    /// <summary>The ids of a text, with or without <see cref="Prefix"/>.</summary>
    internal int[] Encode(ReadOnlySpan<byte> utf8, bool withPrefix)
    {
        TokenSink sink = new(keepsTexts: false);
        for (int i = 0; withPrefix && i < Prefix.Count; i++)
        {
            sink.Add(Prefix[i]);
        }

        Pipeline.Encode(utf8, sink);
        return sink.Ids.ToArray();
    }

    /// <inheritdoc/>
    public string Decode(ReadOnlySpan<int> ids) => TokenizerText.Decode(this, ids);

    /// <inheritdoc/>
    public void AppendUtf8(int id, int previous, IBufferWriter<byte> utf8)
    {
        ArgumentNullException.ThrowIfNull(utf8);
        TokenizerText.RequireId(id, VocabularySize);
        utf8.Write(_tokens[id]);
    }

    /// <summary>The bytes of a token; empty for an id that the vocabulary leaves out.</summary>
    /// <param name="id">The id.</param>
    /// <exception cref="ArgumentOutOfRangeException">The id lies outside the vocabulary.</exception>
    public ReadOnlySpan<byte> TokenBytes(int id)
    {
        TokenizerText.RequireId(id, VocabularySize);
        return _tokens[id];
    }

    /// <summary>Writes the tokenizer in Hugging Face's format.</summary>
    /// <param name="path">The file, by custom <c>tokenizer.json</c>.</param>
    /// <exception cref="InputException">The file cannot be written.</exception>
    public void Save(string path) => HuggingFaceTokenizerWriter.Write(path, this);

    /// <summary>Writes GPT-2's two files. They keep neither <see cref="AddPrefixSpace"/> nor <see cref="Prefix"/>.</summary>
    /// <param name="vocabularyPath"><c>vocab.json</c></param>
    /// <param name="mergesPath"><c>merges.txt</c></param>
    /// <exception cref="InputException">A file cannot be written.</exception>
    public void Save(string vocabularyPath, string mergesPath) => Gpt2TokenizerFiles.Write(vocabularyPath, mergesPath, this);

    /// <summary>The tokenizer of a pipeline.</summary>
    /// <exception cref="InputException">The pipeline does something other than byte-level BPE as in GPT-2.</exception>
    internal static BytePairTokenizer Of(TokenPipeline pipeline, string path) =>
        BytePairPipeline.Fault(pipeline, out byte[]?[] tokens) is not { } fault
            ? new(BytePairPipeline.Strict(pipeline), tokens)
            : throw new InputException($"The tokenizer '{path}' has {fault}; only byte-level BPE as in GPT-2 is supported.");

    /// <summary>The tokenizer of a pipeline, if it says all that the pipeline does; null otherwise.</summary>
    internal static BytePairTokenizer? OfPlain(TokenPipeline pipeline) =>
        BytePairPipeline.IsPlain(pipeline) && BytePairPipeline.Fault(pipeline, out byte[]?[] tokens) is null
            ? new(BytePairPipeline.Strict(pipeline), tokens)
            : null;

    /// <summary>The tokenizer as files beside it change it.</summary>
    /// <exception cref="InputException">They contradict the vocabulary.</exception>
    internal BytePairTokenizer With(HuggingFaceTokenizerSettings settings) => settings.AreGiven || settings.DefaultTokens.Any()
        ? Of(BytePairPipeline.Change(Pipeline, settings), settings.ConfigPath)
        : this;

    /// <summary>The visible form of every token, as files have it; null for ids that the vocabulary leaves out.</summary>
    internal string?[] VisibleTokens()
    {
        string?[] visible = [.. _tokens.Select(t => t is null ? null : ByteAlphabet.Encode(t))];
        foreach (SpecialToken token in _specialTokens)
        {
            visible[token.Id] = token.Content;
        }

        return visible;
    }
}
