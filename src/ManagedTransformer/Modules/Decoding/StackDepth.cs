using ManagedTransformer.Modules.Layers;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Modules.Decoding;

/// <summary>
/// How deep tokens go: an objective and a stepper around a model. A model without a depth mechanism has <see cref="FullDepth"/>.
/// </summary>
internal abstract class StackDepth : Module
{
    /// <summary>The loss to train a model on.</summary>
    /// <param name="model">The model.</param>
    /// <param name="embed">Embeds the tokens, [B, T, D]; a pass of its own draws dropout of its own.</param>
    /// <param name="attention">What the layers attend to.</param>
    /// <param name="targets">Int32 [B, T]</param>
    /// <param name="options">Smoothing and reduction.</param>
    /// <param name="context">Dropout, and the penalties that parts have added.</param>
    public abstract TrainingLoss Loss(IDecoderModel model, Func<Tensor> embed, BlockAttention attention, Tensor targets,
        CrossEntropyOptions options, ForwardContext context);

    /// <summary>An empty state for generation; null for a mechanism that needs none.</summary>
    /// <param name="rule">How many layers tokens run; null: as the model's configuration says.</param>
    /// <param name="rows">Rows side by side.</param>
    /// <param name="memory">Encoded sources [B, S, D], each of as many rows; null for a model without.</param>
    /// <param name="padding">Float32 [B, S], 1 at padding; or null.</param>
    /// <exception cref="InputException">The rule does not fit the model.</exception>
    public abstract IDepthState? CreateState(DepthRule? rule, int rows, Tensor? memory = null, Tensor? padding = null);

    /// <summary>Reads positions without scoring what follows them, through all layers.</summary>
    /// <param name="model">The model.</param>
    /// <param name="x">Embedded tokens, [rows, n, D].</param>
    /// <param name="state">Advanced by n positions.</param>
    public abstract void Read(IDecoderModel model, Tensor x, IDecodingState state);

    /// <summary>Reads positions and scores the token behind the last of them.</summary>
    /// <param name="model">The model.</param>
    /// <param name="x">Embedded tokens, [rows, n, D].</param>
    /// <param name="state">Advanced by n positions.</param>
    /// <param name="exits">Given exits of the last position, from 1, one per row; empty: as the state's rule says.</param>
    /// <returns>[rows, V]</returns>
    public abstract Tensor Step(IDecoderModel model, Tensor x, IDecodingState state, ReadOnlySpan<int> exits);

    /// <summary>Reads a position of each of several texts and scores the token behind it.</summary>
    /// <param name="model">The model.</param>
    /// <param name="x">Embedded tokens, [texts, 1, D].</param>
    /// <param name="states">One per text, of one row; advanced by a position.</param>
    /// <returns>[texts, V]</returns>
    public virtual Tensor StepTogether(IDecoderModel model, Tensor x, IReadOnlyList<IDecodingState> states)
    {
        Tensor[] rows = new Tensor[states.Count];
        for (int text = 0; text < rows.Length; text++)
        {
            rows[text] = Step(model, x.Slice(0, text, 1), states[text], []);
        }

        return TensorOperators.Concat(0, rows);
    }
}
