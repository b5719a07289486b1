namespace ManagedTransformer.Tensors.Tests;

internal static partial class OperatorCases
{
    private static IEnumerable<OperatorCase> LinearAttention()
    {
        const int batch = 2, length = 5, heads = 2, features = 3, width = 4;
        OperatorOperand mapped = Between(0.2f, 1, batch, length, heads, features), value = Any(batch, length, heads, width),
            gate = Any(batch, length, heads);
        OperatorOperand s = Any(batch, heads, features, width), z = Between(0.5f, 1, batch, heads, features);
        LinearAttentionOptions add = new() { Epsilon = 0.1f, Chunk = 2 }, clamp = add with { Denominator = LinearDenominator.Clamp },
            magnitude = add with { Denominator = LinearDenominator.AbsClamp };

        yield return Of("linear attention", x => x[0].CausalLinearAttention(x[1], x[2], add).Output, mapped, mapped, value);
        yield return Of("linear attention, clamped", x => x[0].CausalLinearAttention(x[1], x[2], clamp).Output, mapped, mapped, value);
        yield return Of("linear attention, clamped everywhere",
            x => x[0].CausalLinearAttention(x[1], x[2], clamp with { Epsilon = 50 }).Output, mapped, mapped, value);
        yield return Of("linear attention, negative denominators", x => (-x[0]).CausalLinearAttention(x[1], x[2], magnitude).Output, mapped,
            mapped, value);
        yield return Of("linear attention, gates", x => x[0].CausalLinearAttention(x[1], x[2], add with { Gate = x[3] }).Output, mapped,
            mapped, value, gate);
        yield return Of("linear attention, gates, padding",
            x => x[0].CausalLinearAttention(x[1], x[2], add with { Gate = x[3], KeyPadding = SomePadding(x[0]) }).Output, mapped,
            mapped, value, gate);
        yield return Of("linear attention, carried state",
            x => x[0].CausalLinearAttention(x[1], x[2], add with { State = new(x[3], x[4]) }).Output, mapped, mapped, value, s, z);
        yield return Of("linear attention, gates, padding, states",
            x => Joined(x[0].CausalLinearAttention(x[1], x[2], clamp with
            {
                Gate = x[5],
                KeyPadding = SomePadding(x[0]),
                State = new(x[3], x[4]),
                FinalState = FinalState.Differentiable,
            })),
            mapped, mapped, value, s, z, gate);
        yield return Of("linear attention of one tensor to itself", x => x[0].CausalLinearAttention(x[0], x[0], add).Output, mapped);
        yield return Value("linear attention, final state",
            x => Joined(x[0].CausalLinearAttention(x[1], x[2], add with { FinalState = FinalState.Detached })), mapped, mapped, value);
        yield return Value("linear attention, one step",
            x => TensorOperators.LinearAttentionStep(x[0].Slice(1, 0, 1), x[1].Slice(1, 0, 1), x[2].Slice(1, 0, 1),
                new(x[3].Detach() + 0, x[4].Detach() + 0), add), mapped, mapped, value, s, z);
        yield return Of("linear attention, parallel",
            x => x[0].ParallelLinearAttention(x[1], x[2], add with { Gate = x[3], KeyPadding = SomePadding(x[0]) }), mapped,
            mapped, value, gate);
        yield return Of("linear attention, parallel, carried state, dropout",
            x => x[0].ParallelLinearAttention(x[1], x[2], clamp with { State = new(x[3], x[4]) }, 0.3f, new RandomKey(5, 6)), mapped,
            mapped, value, s, z);
        yield return Of("linear attention to all keys", x => x[0].NoncausalLinearAttention(x[1], x[2], add),
            Between(0.2f, 1, batch, 2, heads, features), mapped, value);
        yield return Of("linear attention to all keys, padding",
            x => x[0].NoncausalLinearAttention(x[1], x[2], magnitude with { KeyPadding = SomePadding(x[1]) }), mapped, mapped, value);
        yield return Of("linear map per head", x => x[0].HeadwiseLinear(x[1], x[2]), Any(2, 3, 2, 4), Any(2, 5, 4), Any(2, 5));
        yield return Of("linear map per head, gelu, no bias", x => x[0].HeadwiseLinear(x[1], null, Activation.Gelu), Any(2, 3, 2, 4),
            Any(2, 5, 4));
        yield return Of("elu plus one", x => x[0].EluPlusOne(), Signed(0.1f, 3, 4, 5));
        yield return Of("unit vectors", x => x[0].UnitVectors(), Any(3, 4));
    }

    /// <summary>The first key of the first sequence and the third of the second.</summary>
    private static Tensor SomePadding(Tensor like)
    {
        float[] padding = new float[like.Shape[0] * like.Shape[1]];
        (padding[0], padding[like.Shape[1] + 2]) = (1, 1);
        return Tensor.From(padding, new Shape(like.Shape[0], like.Shape[1]), like.Device);
    }

    private static Tensor Joined(LinearAttentionResult result) => TensorOperators.Concat(
        0, Flat(result.Output), Flat(result.State!.Value.S), Flat(result.State.Value.Z));

    private static Tensor Flat(Tensor x) => x.Reshape(new Shape((int)x.Count));
}
