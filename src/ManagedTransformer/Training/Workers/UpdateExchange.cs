using System.Runtime.InteropServices;
using ManagedTransformer.Modules;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Training.Workers;

/// <summary>
/// What the workers of an update exchange: gradients, losses, and what batch norms saw. Batch <c>i</c> is done by worker
/// <c>i mod workers</c>, so that in every round the workers' order is that of the batches.
/// </summary>
internal sealed class UpdateExchange
{
    private readonly Crew _crew;
    private readonly IReadOnlyList<BatchNorm> _norms;

    // Of this worker's batches, what every batch norm saw.
    private readonly List<(Tensor Mean, Tensor Variance)[][]> _seen = [];

    /// <summary>The exchanges of a model's updates.</summary>
    /// <param name="crew">The workers.</param>
    /// <param name="network">The model.</param>
    /// <param name="gradients">Those of what is trained.</param>
    public UpdateExchange(Crew crew, Module network, GradientSet gradients)
    {
        _crew = crew;
        ParameterVisitor visitor = new();
        visitor.Add("", network);
        _norms = visitor.BatchNorms;
        Gradients = new GradientExchange(crew, gradients);
    }

    /// <summary>The exchange of gradients.</summary>
    public GradientExchange Gradients { get; }

    /// <summary>Whether a batch of the update is another worker's.</summary>
    /// <param name="batch">Its number.</param>
    public bool IsOthers(int batch) => batch % _crew.Count != _crew.Group!.Rank;

    /// <summary>Begins an update.</summary>
    public void Begin()
    {
        foreach (BatchNorm norm in _norms)
        {
            norm.Batches = [];
        }
    }

    /// <summary>Ends a batch: its gradient is exchanged.</summary>
    public void EndBatch()
    {
        _seen.Add([.. _norms.Select(norm => norm.Batches!.ToArray())]);
        Begin(); // the next batch's norms
        Gradients.EndRound();
    }

    /// <summary>Ends the batches of an update: all workers have the whole gradient, all losses, and the same running statistics.</summary>
    /// <param name="own">This worker's losses.</param>
    /// <param name="isStopWanted">Whether this worker wants to stop.</param>
    /// <returns>The losses of all batches in their order, and whether any worker wants to stop.</returns>
    public (List<BatchLoss> Losses, bool IsStopWanted) Finish(List<BatchLoss> own, bool isStopWanted)
    {
        Gradients.Finish();
        BinaryReader[] readers =
            [.. _crew.Gather(Write(own, isStopWanted)).Select(message => new BinaryReader(new MemoryStream(message)))];
        bool isAnyStopWanted = false;
        foreach (BinaryReader reader in readers)
        {
            isAnyStopWanted |= reader.ReadBoolean();
        }

        List<BatchLoss> losses = [];
        for (int round = 0; round < own.Count; round++)
        {
            foreach (BinaryReader reader in readers)
            {
                losses.Add(new BatchLoss(Tensor.Scalar(reader.ReadSingle()), reader.ReadInt64()));
                foreach (BatchNorm norm in _norms)
                {
                    for (int left = reader.ReadInt32(); left > 0; left--)
                    {
                        Tensor mean = ReadTensor(reader, norm.RunningMean.Shape);
                        norm.Move(mean, ReadTensor(reader, norm.RunningVariance.Shape));
                    }
                }
            }
        }

        return (losses, isAnyStopWanted);
    }

    private byte[] Write(List<BatchLoss> own, bool isStopWanted)
    {
        using MemoryStream stream = new();
        using BinaryWriter writer = new(stream);
        writer.Write(isStopWanted);
        foreach ((BatchLoss loss, (Tensor, Tensor)[][] norms) in own.Zip(_seen))
        {
            writer.Write(loss.Sum.Item());
            writer.Write(loss.Targets);
            foreach ((Tensor Mean, Tensor Variance)[] batches in norms)
            {
                writer.Write(batches.Length);
                foreach ((Tensor mean, Tensor variance) in batches)
                {
                    writer.Write(MemoryMarshal.AsBytes<float>(mean.ToArray()));
                    writer.Write(MemoryMarshal.AsBytes<float>(variance.ToArray()));
                }
            }
        }

        _seen.Clear();
        return stream.ToArray();
    }

    private static Tensor ReadTensor(BinaryReader reader, Shape shape)
    {
        float[] values = new float[shape.Count];
        reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(values.AsSpan()));
        return Tensor.From(values, shape);
    }
}
