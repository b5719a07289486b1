using ManagedTransformer.Modules;
using ManagedTransformer.Modules.Decoding;
using ManagedTransformer.Modules.Layers;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Architectures.DepthAdaptive;

/// <summary>
/// A model that tokens may leave at every layer (Elbayad et al., 2020): the objective trains all exits and the classifier that chooses
/// them, the stepper takes them.
/// </summary>
/// <param name="config">How exits are trained and taken.</param>
/// <param name="sizes">Sizes of the stack.</param>
/// <param name="halting">The exit classifier; null for halting without one.</param>
internal sealed class ExitDepth(DepthConfig config, ModelSizes sizes, HaltingClassifier? halting) : StackDepth
{
    /// <summary>The exit classifier; null for halting without one.</summary>
    public HaltingClassifier? Halting => halting;

    /// <inheritdoc/>
    public override TrainingLoss Loss(IDecoderModel model, Func<Tensor> embed, BlockAttention attention, Tensor targets,
        CrossEntropyOptions options, ForwardContext context)
    {
        DepthLoss loss = config.Paths > 0
            ? MixedTraining.Compute(config.Paths, model, embed, attention, targets, options, context)
            : AlignedTraining.Compute(config, config.Alpha > 0 ? halting : null, model, embed(), attention, targets, options, context);
        return loss.ToTrainingLoss(config.Alpha, options.Sum);
    }

    /// <inheritdoc/>
    public override IDepthState CreateState(DepthRule? rule, int rows, Tensor? memory, Tensor? padding) =>
        new DepthState(halting, sizes.Layers, sizes.Dim, rows, (ExitRule?)rule ?? config.Rule, memory, padding);

    /// <inheritdoc/>
    public override void Read(IDecoderModel model, Tensor x, IDecodingState state)
    {
        for (int layer = 0; layer < model.Stack.Layers.Count; layer++)
        {
            x = model.Stack.RunLayer(layer, x, new CatchingUp(state), ForwardContext.Inference);
        }

        ((DepthState)state.Depth!).Append(x, [.. Enumerable.Repeat(model.Stack.Layers.Count, x.Shape[0])]);
        state.Advance(x.Shape[1]);
    }

    /// <inheritdoc/>
    public override Tensor Step(IDecoderModel model, Tensor x, IDecodingState state, ReadOnlySpan<int> exits)
    {
        // A prompt runs all layers; only what is written leaves early.
        int last = x.Shape[1] - 1;
        if (last > 0)
        {
            Read(model, x.Slice(1, 0, last), state);
        }

        return new ExitStep(model, state, exits).Run(last > 0 ? x.Slice(1, last, 1) : x);
    }

    /// <inheritdoc/>
    public override void Visit(ParameterVisitor visit) => visit.Add("", halting);

    /// <summary>A step of a layer's attention; keys and values of tokens that skipped the layer are made first, on their own.</summary>
    private readonly struct CatchingUp(IDecodingState state) : ILayerAttention
    {
        public Tensor Attend(int index, TransformerLayer layer, Tensor x)
        {
            state.Cancellation.ThrowIfCancellationRequested();
            SkippedPositions.Remember(layer, state, index);
            return layer.Attention.Step(x, state.Layers[index]);
        }

        public Tensor AttendToMemory(int index, TransformerLayer layer, Tensor x) => state.AttendToMemory(index, x, null);
    }
}
