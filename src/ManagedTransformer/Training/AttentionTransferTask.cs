using ManagedTransformer.Architectures.Lolcats;
using ManagedTransformer.Architectures.Lolcats.Transfer;
using ManagedTransformer.Data.Text;
using ManagedTransformer.Datasets;
using ManagedTransformer.Evaluation;
using ManagedTransformer.Recipes;

namespace ManagedTransformer.Training;

/// <summary>Trains linearised layers to copy their softmax; the best model is the one that copies it best.</summary>
/// <inheritdoc cref="LanguageModelTask"/>
internal sealed class AttentionTransferTask(
    LanguageModelRecipe recipe, TrainingData data, LanguageModel model, LanguageModelTrainer trainer, long steps,
    IReadOnlyList<string> notes)
    : LanguageModelTask(recipe, data, model, trainer, steps, notes)
{
    private readonly TrainingRecipe _training = recipe.Training;

    /// <summary>None: the loss is no number of bits.</summary>
    public override double? BitsPerCharacter(double loss) => null;

    /// <inheritdoc/>
    protected override Validation Judge(Validation validation, TokenStream stream, CancellationToken cancellation)
    {
        (double loss, IReadOnlyList<LayerError> layers) = TransferEvaluator.Evaluate(
            Model.Network, stream, _training.Context, _training.Transfer ?? new TransferOptions(), cancellation);
        Add(new TransferReport(layers));
        return validation with
        {
            Result = validation.Result with { TransferLoss = loss, TransferErrors = layers },
            Score = loss,
        };
    }
}
