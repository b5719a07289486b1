using ILGPU;
using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Gpu;

/// <summary>
/// Queues the kernels of linear attention: gates; what every chunk adds to the state; the states, chunk after chunk; then all chunks at
/// once. Chunks are as long as a tile, whatever was asked for.
/// </summary>
internal sealed class GpuLinearAttention(GpuDevice device)
{
    private readonly TensorLinearLauncher _tensor = new(device);

    public void Forward(in LinearAttentionProblem problem)
    {
        LinearArguments arguments = LinearArguments.Of(problem);
        int pairs = problem.Batch * problem.Heads;
        if (problem.Length == 1 && arguments.HasState != 0 && arguments.HasFinalState != 0 && arguments.HasDenominators == 0)
        {
            device.Launch(device.HasShuffles ? LinearStepCode.Run<CudaTeam> : LinearStepCode.Run<PlainTeam>, new Index3D(pairs, 1, 1),
                LinearStepCode.GroupSize, arguments);
            return;
        }

        using DeviceScratch scratch = new(device, DecayRoom(problem) + DeviceScratch.Room<float>(StateNumbers(problem)));
        arguments = WithDecay(arguments, problem, scratch);
        ArrayView<float> states = ForwardStates(arguments, problem, scratch.Take<float>(StateNumbers(problem)));
        LaunchRows(problem, new LinearRowArguments
        {
            Forward = arguments,
            Later = arguments.Q,
            Earlier = arguments.K,
            Rows = arguments.V,
            Carried = arguments.Q,
            Result = arguments.Y,
            States = states,
            InnerWidth = problem.Features,
            Width = problem.ValueWidth,
            CarriedWidth = problem.Features,
            IsLater = 1,
            IsOutput = 1,
            HasFirst = arguments.HasState,
        });
    }

    public void Backward(in LinearAttentionGradientProblem problem)
    {
        LinearAttentionProblem forward = problem.Forward;
        LinearArguments arguments = LinearArguments.Of(forward);
        arguments.HasFinalState = 0; // forward has written it
        long positions = (long)forward.Batch * forward.Heads * forward.Length;
        using DeviceScratch scratch = new(
            device, DecayRoom(forward) + (2 * DeviceScratch.Room<float>(StateNumbers(forward)))
                + (2 * DeviceScratch.Room<float>(positions)));
        arguments = WithDecay(arguments, forward, scratch);
        ArrayView<float> states = ForwardStates(arguments, forward, scratch.Take<float>(StateNumbers(forward)));

        ArrayView<float> gradients = scratch.Take<float>(StateNumbers(forward)), factors = scratch.Take<float>(positions),
            biases = scratch.Take<float>(positions);
        HeadOperand dy = HeadOperand.Of(problem.DY, problem.DYStrides);
        device.LaunchOver(LinearOutputCode.Run, positions,
            new LinearOutputArguments { Forward = arguments, DY = dy, Factors = factors, Biases = biases, Count = positions });
        LaunchStates(forward, new LinearStateArguments
        {
            Forward = arguments,
            Left = arguments.Q,
            Right = dy,
            States = gradients,
            Factors = factors,
            LastFactors = biases,
            FirstS = problem.DFinalS.Floats(),
            FirstZ = problem.DFinalZ.Floats(),
            LastS = problem.DS.Floats(),
            LastZ = problem.DZ.Floats(),
            HasFirst = problem.DFinalS.IsAbsent ? 0 : 1,
            HasLast = problem.DS.IsAbsent ? 0 : 1,
            IsBackward = 1,
        });
        LaunchGradients(problem, arguments, dy, states, gradients, factors, biases);
    }

    private void LaunchGradients(in LinearAttentionGradientProblem problem, LinearArguments arguments, HeadOperand dy,
        ArrayView<float> states, ArrayView<float> gradients,
        ArrayView<float> factors, ArrayView<float> biases)
    {
        LinearAttentionProblem forward = problem.Forward;
        HeadOperand dq = HeadOperand.Of(problem.DQ, problem.DQStrides), dk = HeadOperand.Of(problem.DK, problem.DKStrides);
        var queries = new LinearRowArguments
        {
            Forward = arguments,
            Later = dy,
            Earlier = arguments.V,
            Rows = arguments.K,
            Carried = dy,
            Result = dq,
            States = states,
            Factors = factors,
            Biases = biases,
            InnerWidth = forward.ValueWidth,
            Width = forward.Features,
            CarriedWidth = forward.ValueWidth,
            IsLater = 1,
            IsTransposed = 1,
            ScalesCarried = 1,
            HasFactors = 1,
            HasBiases = 1,
            HasFirst = arguments.HasState,
        };
        LinearRowArguments keys = queries;
        (keys.Rows, keys.Carried, keys.Result, keys.States, keys.IsLater, keys.ScalesCarried) =
            (arguments.Q, arguments.V, dk, gradients, 0, 0);
        keys.HasFirst = problem.DFinalS.IsAbsent ? 0 : 1;
        LaunchRows(forward, queries);
        LaunchRows(forward, keys);
        LaunchRows(forward, new LinearRowArguments
        {
            Forward = arguments,
            Later = arguments.Q,
            Earlier = arguments.K,
            Rows = dy,
            Carried = arguments.K,
            Result = HeadOperand.Of(problem.DV, problem.DVStrides),
            States = gradients,
            Factors = factors,
            InnerWidth = forward.Features,
            Width = forward.ValueWidth,
            CarriedWidth = forward.Features,
            HasFactors = 1,
            HasFirst = keys.HasFirst,
        });
        if (!problem.DGates.IsAbsent)
        {
            var gates = new LinearGateGradientArguments
            {
                Forward = arguments,
                DQ = dq,
                DK = dk,
                States = states,
                Gradients = gradients,
                DGates = problem.DGates.Floats(),
            };
            device.Launch(LinearGateGradientCode.Run, new Index3D(Chunks(forward), 1, 1), LinearGateGradientCode.GroupSize, gates);
        }
    }

    private static int Chunks(in LinearAttentionProblem problem) => checked(problem.Batch * problem.Heads * Tile.Count(problem.Length));

    private static long StateNumbers(in LinearAttentionProblem problem) =>
        (long)problem.Batch * problem.Heads * (Tile.Count(problem.Length) + 1) * problem.Features * (problem.ValueWidth + 1);

    private static bool HasDecay(in LinearAttentionProblem problem) => !problem.Gates.IsAbsent || !problem.KeyPadding.IsAbsent;

    private static long DecayRoom(in LinearAttentionProblem problem) =>
        HasDecay(problem) ? 4 * DeviceScratch.Room<float>((long)problem.Batch * problem.Heads * problem.Length) : 0;

    private LinearArguments WithDecay(LinearArguments arguments, in LinearAttentionProblem problem, DeviceScratch scratch)
    {
        if (HasDecay(problem))
        {
            long positions = (long)problem.Batch * problem.Heads * problem.Length;
            arguments.Decay = new LinearDecay
            {
                High = scratch.Take<float>(positions),
                Low = scratch.Take<float>(positions),
                Kept = scratch.Take<float>(positions),
                Added = scratch.Take<float>(positions),
                Exists = 1,
            };
            device.Launch(LinearGateCode.Run, new Index3D(Chunks(problem), 1, 1), Tile.Size, arguments);
        }

        return arguments;
    }

    private ArrayView<float> ForwardStates(LinearArguments arguments, in LinearAttentionProblem problem, ArrayView<float> states)
    {
        LaunchStates(problem, new LinearStateArguments
        {
            Forward = arguments,
            Left = arguments.K,
            Right = arguments.V,
            States = states,
            FirstS = arguments.S,
            FirstZ = arguments.Z,
            LastS = arguments.FinalS,
            LastZ = arguments.FinalZ,
            HasFirst = arguments.HasState,
            HasLast = arguments.HasFinalState,
        });
        return states;
    }

    private void LaunchStates(in LinearAttentionProblem problem, LinearStateArguments arguments)
    {
        arguments.Pairs = problem.Batch * problem.Heads;
        if (!_tensor.TryStates(problem, arguments))
        {
            var groups = new Index3D(Chunks(problem), Tile.Count(problem.Features), Tile.Count(problem.ValueWidth));
            device.Launch(LinearStateCode.Run, groups, Tile.GroupSize, arguments);
        }

        device.LaunchOver(LinearPrefixCode.Run, arguments.Pairs * LinearArguments.StateSize(arguments.Forward), arguments);
    }

    private void LaunchRows(in LinearAttentionProblem problem, LinearRowArguments arguments)
    {
        if (!_tensor.TryRows(problem, arguments))
        {
            device.Launch(LinearRowCode.Run, new Index3D(Chunks(problem), Tile.Count(arguments.Width), 1), Tile.GroupSize, arguments);
        }
    }
}
