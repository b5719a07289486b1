using ManagedTransformer.Architectures.Lolcats.Transfer;
using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Datasets;
using ManagedTransformer.Modules;
using ManagedTransformer.Recipes;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Training;

/// <summary>Trains linearised layers to give what their softmax gives, one layer's gradient after the other.</summary>
/// <inheritdoc cref="LanguageModelTrainer"/>
internal sealed class AttentionTransferTrainer(
    CausalLanguageModel network, TrainingRecipe recipe, TrainingData data, long steps, RandomSource random, ulong seed)
    : LanguageModelTrainer(network, recipe, data, steps, random, seed)
{
    private readonly CausalLanguageModel _network = network;
    private readonly TransferOptions _options = recipe.Transfer ?? new TransferOptions();

    /// <inheritdoc/>
    protected override bool CanReplay => false;

    /// <inheritdoc/>
    protected override (Tensor Loss, long Targets) Learn(ForwardContext context, CrossEntropyOptions options)
    {
        Tensor tokens = Next().Inputs;
        return (AttentionTransfer.Learn(_network, tokens, tokens.Count, _options) * tokens.Count, tokens.Count);
    }
}
