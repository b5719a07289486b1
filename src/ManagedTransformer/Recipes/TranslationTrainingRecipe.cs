using System.Text.Json.Serialization;

namespace ManagedTransformer.Recipes;

/// <summary>How to train a translation model.</summary>
public sealed record TranslationTrainingRecipe : UpdateRecipe
{
    /// <summary>A recipe with the usual label smoothing of translation, 0.1.</summary>
    public TranslationTrainingRecipe() => LabelSmoothing = 0.1f;

    /// <summary>Passes over the data; above 0 it decides the number of updates instead of <see cref="UpdateRecipe.Steps"/>.</summary>
    public int Epochs { get; set; }

    /// <summary>Most tokens of a batch: its sentences times the longer side of its longest pair, padding included.</summary>
    public int MaxTokens { get; set; } = 4096;

    /// <summary>Most pairs of a batch; 0: no limit.</summary>
    public int MaxSentences { get; set; }

    /// <summary>Batches have fewer pairs than this or a multiple of it.</summary>
    public int BatchMultiple { get; set; } = 8;

    /// <summary>Validation sentences to translate greedily for a BLEU score at each evaluation; 0: none.</summary>
    public int EvaluateBleu { get; set; }

    /// <summary>What decides which evaluation's model is kept as the best.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public BestBy BestBy { get; set; }

    /// <summary>Validation sentences whose translations are shown at the end.</summary>
    public int SampleSentences { get; set; }

    internal override void Validate(string where)
    {
        base.Validate(where);
        RequirePositive(where, MaxTokens, "max_tokens");
        RequirePositive(where, BatchMultiple, "batch_multiple");
        RequireNotNegative(where, Epochs, "epochs");
        RequireNotNegative(where, MaxSentences, "max_sentences");
        RequireNotNegative(where, EvaluateBleu, "evaluate_bleu");
        RequireNotNegative(where, SampleSentences, "sample_sentences");
        if (BestBy == BestBy.Bleu && EvaluateBleu == 0)
        {
            throw new InputException(
                $"{where}: training.best_by is 'bleu', which needs training.evaluate_bleu: how many validation sentences to translate.");
        }
    }
}
