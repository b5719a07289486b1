using System.Text;
using ManagedTransformer.Tokenization.AddedTokens;
using ManagedTransformer.Tokenization.Decoders;
using ManagedTransformer.Tokenization.Models;
using ManagedTransformer.Tokenization.Pipeline;
using ManagedTransformer.Tokenization.PreTokenizers;
using ManagedTransformer.Tokenization.Unicode;

namespace ManagedTransformer.Tokenization;

/// <summary>Pipelines of a byte-level BPE as in GPT-2, whose template puts tokens before texts at most.</summary>
internal static class BytePairPipeline
{
    /// <summary>Puts one together.</summary>
    /// <param name="model">The tokens and merges.</param>
    /// <param name="added">The added tokens.</param>
    /// <param name="path">The file, for errors.</param>
    /// <param name="addsSpace">Whether a space is put before texts.</param>
    /// <exception cref="InputException">An added token contradicts the vocabulary.</exception>
    public static TokenPipeline Create(BytePairModel model, IEnumerable<AddedEntry> added, string path, bool addsSpace = false) =>
        new(new AddedTokenSet(added, model.Vocabulary, null, path), null, [new ByteLevelPreTokenizer(addsSpace, splits: true)], model)
        {
            Decoders = [new ByteLevelDecoder()],
        };

    /// <summary>The same with what files beside the tokenizer say.</summary>
    /// <exception cref="InputException">They contradict the vocabulary.</exception>
    public static TokenPipeline Change(TokenPipeline pipeline, HuggingFaceTokenizerSettings settings)
    {
        TokenMap vocabulary = pipeline.Model.Vocabulary;
        IEnumerable<AddedEntry> defaults = settings.DefaultTokens
            .Where(token => pipeline.Added.IdOf(token) >= 0 || vocabulary.TryGetId(Encoding.UTF8.GetBytes(token), out _))
            .Select(token => new AddedEntry(token, null) { IsSpecial = true });
        TokenPipeline changed = Create((BytePairModel)pipeline.Model,
            [.. pipeline.Added.ById.Values, .. defaults, .. settings.Tokens], settings.ConfigPath,
            settings.AddPrefixSpace ?? AddsSpace(pipeline));
        PipelineSettings around = new() { Beginning = settings.Beginning, Path = settings.ConfigPath };
        return changed with { Template = around.Apply(pipeline.Template, changed.IdOf) };
    }

    /// <summary>Returns true where a space is put before texts.</summary>
    public static bool AddsSpace(TokenPipeline pipeline) => pipeline.PreTokenizers is [ByteLevelPreTokenizer { AddsSpace: true }];

    /// <summary>The same for any bytes, which are refused where the vocabulary lacks them.</summary>
    public static TokenPipeline Strict(TokenPipeline pipeline)
    {
        ((BytePairModel)pipeline.Model).RefusesMissingBytes = true;
        return pipeline with { KeepsBytes = true };
    }

    /// <summary>What a pipeline does that changes ids otherwise than GPT-2's would; null for nothing.</summary>
    /// <param name="pipeline">The pipeline.</param>
    /// <param name="tokens">The bytes of its tokens, by id.</param>
    public static string? Fault(TokenPipeline pipeline, out byte[]?[] tokens)
    {
        tokens = [];
        if (pipeline.Model is not BytePairModel model)
        {
            return "a model other than BPE";
        }

        return pipeline.HasNormalizer ? "a normalizer"
            : pipeline.PreTokenizers.Count == 0 ? "no pre-tokenizer"
            : pipeline.PreTokenizers is not [ByteLevelPreTokenizer words] ? "another pre-tokenizer than one 'ByteLevel'"
            : !words.Splits ? "the pre-tokenizer option 'use_regex' = false"
            : model.Oddity is { } oddity ? oddity
            : pipeline.Template.Single.All(item => item.Sequence != 0) ? "a post-processor that leaves out the text"
            : pipeline.Template.Single is not [.., { Sequence: 0 }] ? "a post-processor that puts tokens behind every text"
            : pipeline.Template.Single.Count(item => item.Sequence >= 0) > 1 ? "a post-processor that writes a text twice"
            : pipeline.Added.ById.Values.FirstOrDefault(entry => entry.IsSingleWord || entry.StripsLeft || entry.StripsRight) is { } entry
                ? $"'lstrip', 'rstrip' or 'single_word' of the added token '{entry.Content}'"
            : FindTokens(pipeline, out tokens);
    }

    /// <summary>Returns true where nothing else is in a pipeline, nothing that decodes otherwise or changes lengths.</summary>
    public static bool IsPlain(TokenPipeline pipeline) =>
        pipeline.Model is BytePairModel { HasAllBytes: true }
        && pipeline.Decoders is [ByteLevelDecoder] && pipeline.Truncation is null && pipeline.Padding is null
        && pipeline.Added.ById.Values.All(entry => entry.IsSpecial && Ascii.IsValid(entry.Content));

    private static string? FindTokens(TokenPipeline pipeline, out byte[]?[] tokens)
    {
        tokens = new byte[]?[pipeline.Size];
        TokenMap vocabulary = pipeline.Model.Vocabulary;
        foreach (AddedEntry entry in pipeline.Added.ById.Values)
        {
            tokens[entry.Id] = Encoding.UTF8.GetBytes(entry.Content);
        }

        for (int i = 0; i < vocabulary.Count; i++)
        {
            string text = Encoding.UTF8.GetString(vocabulary.TextAt(i));
            ref byte[]? token = ref tokens[vocabulary.IdAt(i)];
            if (token is null && !ByteAlphabet.TryDecode(text, out token))
            {
                return $"the token '{text}', which is not in GPT-2's byte alphabet";
            }
        }

        return null;
    }
}
