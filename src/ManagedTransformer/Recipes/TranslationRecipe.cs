using ManagedTransformer.Architectures.EncoderDecoder;
using ManagedTransformer.Tokenization;

namespace ManagedTransformer.Recipes;

/// <summary>The recipe of a translation model.</summary>
public sealed record TranslationRecipe : Recipe
{
    /// <summary>The model.</summary>
    public required EncoderDecoderConfig Model { get; init; }

    /// <summary>How sentences become tokens.</summary>
    public TranslationTokenizerRecipe Tokenizer { get; set; } = new();

    /// <summary>What to train on.</summary>
    public TranslationDataRecipe Data { get; set; } = new();

    /// <summary>How to train.</summary>
    public TranslationTrainingRecipe Training { get; set; } = new();

    /// <summary>The model; where the tokenizer decides a vocabulary, with the smallest one.</summary>
    internal EncoderDecoderConfig SmallestModel()
    {
        int least = SpecialIds.FirstOrdinary + 1;
        return Model with
        {
            SrcVocab = Model.SrcVocab == 0 ? Math.Max(least, Model.Vocab) : Model.SrcVocab,
            Vocab = Model.Vocab == 0 ? Math.Max(least, Model.SrcVocab) : Model.Vocab,
        };
    }

    /// <inheritdoc/>
    public override void Validate(string where)
    {
        RequireArchitecture(TransformerTranslation, where);
        if (Model.SrcVocab < 0 || Model.Vocab < 0)
        {
            throw new InputException(
                $"{where}: model.src_vocab ({Model.SrcVocab}) and model.vocab ({Model.Vocab}) must be positive (or left out, "
                + "for the tokenizer to decide).");
        }

        if (Model.Tie == EmbeddingTie.All && !Tokenizer.Joint)
        {
            throw new InputException(
                $"{where}: model.tie 'all' shares one table between both languages, which needs one vocabulary: "
                + "tokenizer.joint must not be false.");
        }

        if (Model.PaddingIdx != SpecialIds.Pad)
        {
            throw new InputException(
                $"{where}: model.padding_idx is {Model.PaddingIdx}; the padding of translation models is {SpecialIds.Pad}.");
        }

        SmallestModel().Validate(where);
        Tokenizer.Validate(where);
        Data.Validate(where);
        Training.Validate(where);
        Training.RequireFit(Model.Lora, where);
    }
}
