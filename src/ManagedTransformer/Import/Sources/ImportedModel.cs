using ManagedTransformer.Architectures.EncoderDecoder;
using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Checkpoints;
using ManagedTransformer.Modules;
using ManagedTransformer.Recipes;
using ManagedTransformer.Tensors;
using ManagedTransformer.Tokenization;

namespace ManagedTransformer.Import.Sources;

/// <summary>What a checkpoint was understood to be.</summary>
/// <param name="Shapes">The model with names and shapes of its parameters, without values.</param>
/// <param name="Create">The model, whose values are set afterwards.</param>
/// <param name="Wrap">The model with vocabulary and description.</param>
/// <param name="Plan">Which parameter gets which tensor.</param>
internal sealed record ImportedModel(Func<Module> Shapes, Func<Module> Create, Func<Module, TrainedModel> Wrap, WeightPlan Plan)
{
    /// <summary>A language model.</summary>
    /// <param name="source">The checkpoint.</param>
    /// <param name="model">What the model is made of.</param>
    /// <param name="tokenizer">Its vocabulary.</param>
    /// <param name="plan">Which parameter gets which tensor.</param>
    /// <param name="context">Block length of evaluations.</param>
    /// <exception cref="InputException">The model cannot be represented.</exception>
    public static ImportedModel Of(ImportSource source, LanguageModelConfig model,
        ITokenizer tokenizer, WeightPlan plan, int context)
    {
        model.Validate(source.Path);
        return new(
            () => model.Shapes(),
            () => Initialization.Skip(() => new CausalLanguageModel(model, new RandomSource(0))),
            network => new LanguageModel((CausalLanguageModel)network, tokenizer, new ModelDescription
            {
                Architecture = Recipe.TransformerLanguageModel,
                Model = model,
                Context = context,
            }),
            plan);
    }

    /// <summary>A translation model.</summary>
    /// <param name="source">The checkpoint.</param>
    /// <param name="model">What the model is made of.</param>
    /// <param name="sourceTokenizer">Vocabulary of the source language.</param>
    /// <param name="targetTokenizer">Vocabulary of the target language; the same object where the languages share it.</param>
    /// <param name="plan">Which parameter gets which tensor.</param>
    /// <exception cref="InputException">The model cannot be represented.</exception>
    public static ImportedModel Of(ImportSource source, EncoderDecoderConfig model,
        SentenceTokenizer sourceTokenizer, SentenceTokenizer targetTokenizer, WeightPlan plan)
    {
        model.Validate(source.Path);
        return new(
            () => model.Shapes(),
            () => Initialization.Skip(() => new EncoderDecoderModel(model, new RandomSource(0))),
            network => new TranslationModel((EncoderDecoderModel)network, sourceTokenizer, targetTokenizer,
                new TranslationDescription { Architecture = Recipe.TransformerTranslation, Model = model }),
            plan);
    }
}
