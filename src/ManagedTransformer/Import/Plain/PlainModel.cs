using ManagedTransformer.Architectures.EncoderDecoder;
using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Checkpoints;
using ManagedTransformer.Files;
using ManagedTransformer.Import.Sources;
using ManagedTransformer.Json;
using ManagedTransformer.Recipes;
using ManagedTransformer.Tokenization;

namespace ManagedTransformer.Import.Plain;

/// <summary>A model of this library whose tensors PyTorch has saved, under our names or under names that the user maps.</summary>
internal static class PlainModel
{
    /// <summary>The model that a configuration describes.</summary>
    /// <param name="source">The checkpoint.</param>
    /// <param name="config">The configuration: a model folder's <c>config.json</c>.</param>
    /// <exception cref="InputException">The configuration cannot be read.</exception>
    public static ImportedModel Read(ImportSource source, string config)
    {
        byte[] utf8 = Utf8File.Read(config);
        WeightPlan plan = new(StateDictionary.Find(source), source.Options.Renames);
        foreach (string name in plan.State.Names.Except(source.Options.Renames.Values))
        {
            plan.Copy(name, name);
        }

        string folder = Path.GetDirectoryName(Path.GetFullPath(config))!;
        switch (JsonDocuments.Architecture(utf8))
        {
            case Recipe.TransformerTranslation:
                TranslationDescription translation = JsonDocuments.Read(config, utf8, DescriptionJson.Default.TranslationDescription);
                EncoderDecoderConfig both = translation.Model;
                SentenceTokenizer first = Words(CheckpointFolder.SourceTokenizerFile, both.SrcVocab);
                SentenceTokenizer second = File.Exists(Path.Combine(folder, CheckpointFolder.TargetTokenizerFile))
                    || both.Vocab != both.SrcVocab ? Words(CheckpointFolder.TargetTokenizerFile, both.Vocab) : first;
                return ImportedModel.Of(source, both, first, second, plan);
            default:
                ModelDescription description = JsonDocuments.Read(config, utf8, DescriptionJson.Default.ModelDescription);
                LanguageModelConfig model = description.Model;
                string own = Path.Combine(folder, CheckpointFolder.TokenizerFile);
                ITokenizer tokenizer = File.Exists(own)
                    ? Tokenizer.Load(own)
                    : Vocabularies.Numbers(source, model.Vocab, $"{CheckpointFolder.TokenizerFile} beside {config}");
                return ImportedModel.Of(source, model, tokenizer, plan, description.Context);
        }

        SentenceTokenizer Words(string name, int size)
        {
            string? path = new[] { name, CheckpointFolder.TokenizerFile }.Select(file => Path.Combine(folder, file))
                .FirstOrDefault(File.Exists);
            if (path is not null)
            {
                return new SentenceTokenizer(Tokenizer.Load(path));
            }

            string[] special = ["<s>", "<pad>", "</s>", "<unk>"];
            IEnumerable<string> numbers = Vocabularies.Numbers(source, size, $"{name} beside {config}").Entries.Skip(special.Length);
            return new SentenceTokenizer(
                new VocabularyTokenizer([.. special, .. numbers], VocabularyUnits.Words) { Unknown = SpecialIds.Unknown });
        }
    }
}
