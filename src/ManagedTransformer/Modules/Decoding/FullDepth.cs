using ManagedTransformer.Modules.Layers;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Modules.Decoding;

/// <summary>Every token runs all layers.</summary>
/// <param name="layers">What messages call the layers.</param>
internal sealed class FullDepth(string layers) : StackDepth
{
    /// <inheritdoc/>
    public override TrainingLoss Loss(IDecoderModel model, Func<Tensor> embed, BlockAttention attention, Tensor targets,
        CrossEntropyOptions options, ForwardContext context)
    {
        Tensor hidden = model.Head(model.Stack.Run(embed(), attention, context), context);
        CrossEntropyResult prediction = model.Loss(model.Stack.Layers.Count - 1, hidden, targets, options, context);
        Tensor? penalty = context.Penalties?.Total;
        Tensor total = penalty is null ? prediction.Loss : prediction.Loss + (options.Sum ? penalty * prediction.Targets : penalty);
        return new TrainingLoss(total, prediction, penalty);
    }

    /// <inheritdoc/>
    public override IDepthState? CreateState(DepthRule? rule, int rows, Tensor? memory, Tensor? padding) => rule is null or { IsFull: true }
        ? null
        : throw new InputException($"This model has no exits: its tokens run all {layers}.");

    /// <inheritdoc/>
    public override void Read(IDecoderModel model, Tensor x, IDecodingState state) => Run(model, x, state);

    /// <inheritdoc/>
    public override Tensor Step(IDecoderModel model, Tensor x, IDecodingState state, ReadOnlySpan<int> exits)
    {
        return Score(model, Run(model, x, state));
    }

    /// <inheritdoc/>
    public override Tensor StepTogether(IDecoderModel model, Tensor x, IReadOnlyList<IDecodingState> states)
    {
        Tensor y = model.Stack.Run(x, new JointAttention([.. states.Select(state => state.Layers)]), ForwardContext.Inference);
        foreach (IDecodingState state in states)
        {
            state.Advance(1);
        }

        return Score(model, y);
    }

    /// <inheritdoc/>
    public override void Visit(ParameterVisitor visit)
    {
    }

    // Of the last position, [rows, V].
    private static Tensor Score(IDecoderModel model, Tensor states)
    {
        Tensor hidden = model.Head(states, ForwardContext.Inference);
        Tensor last = hidden.Slice(1, hidden.Shape[1] - 1, 1).Reshape(new Shape(hidden.Shape[0], hidden.Shape[2]));
        return model.Scores(model.Stack.Layers.Count - 1, last);
    }

    private static Tensor Run(IDecoderModel model, Tensor x, IDecodingState state)
    {
        Tensor y = model.Stack.Run(x, new StepAttention(state), ForwardContext.Inference);
        state.Advance(x.Shape[1]);
        return y;
    }

    private readonly struct StepAttention(IDecodingState state) : ILayerAttention
    {
        public Tensor Attend(int index, TransformerLayer layer, Tensor x)
        {
            state.Cancellation.ThrowIfCancellationRequested();
            return layer.Attention.Step(x, state.Layers[index]);
        }

        public Tensor AttendToMemory(int index, TransformerLayer layer, Tensor x) => state.AttendToMemory(index, x, null);
    }
}
