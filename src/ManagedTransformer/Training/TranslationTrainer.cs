using ManagedTransformer.Architectures.EncoderDecoder;
using ManagedTransformer.Data.Pairs;
using ManagedTransformer.Data.Text;
using ManagedTransformer.Modules;
using ManagedTransformer.Modules.Decoding;
using ManagedTransformer.Recipes;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Training;

/// <summary>Trains a translation model on batches of sentence pairs.</summary>
/// <param name="network">The model.</param>
/// <param name="recipe">How to train.</param>
/// <param name="batches">What on.</param>
/// <param name="steps">Updates in all, for the schedule.</param>
/// <param name="random">Source of dropout.</param>
internal sealed class TranslationTrainer(EncoderDecoderModel network, UpdateRecipe recipe, PairBatches batches, long steps,
    RandomSource random)
    : Trainer(network, recipe, steps, random)
{
    /// <inheritdoc/>
    public override BatchPosition Position
    {
        get => batches.Position;
        protected set => batches.Position = value;
    }

    /// <inheritdoc/>
    protected override void Skip() => batches.Skip();

    /// <inheritdoc/>
    protected override TrainingLoss Forward(ForwardContext context, CrossEntropyOptions options)
    {
        TranslationBatch batch = batches.Next();
        Shape target = new(batch.Rows, batch.TargetLength);
        return network.TrainingLoss(
            Tensor.From(batch.Source, new Shape(batch.Rows, batch.SourceLength)), Tensor.From(batch.Previous, target),
            Tensor.From(batch.Target, target), context, options);
    }
}
