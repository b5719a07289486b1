using System.CommandLine;
using System.Globalization;
using ManagedTransformer.Cli.Terminals;
using ManagedTransformer.Mpi;
using ManagedTransformer.Tensors.Cpu;
using ManagedTransformer.Training.Workers;

namespace ManagedTransformer.Cli.Options;

/// <summary><c>--workers</c>: the processes that were started together share a run, and the first of them speaks for all.</summary>
internal static class WorkersOption
{
    private const string Name = "--workers", Mpi = "mpi";

    // The number of a process, by whoever started it: the process managers of MPICH and its relatives, PMIx, Slurm, and Cray's.
    private static readonly string[] _ranks = ["PMI_RANK", "PMIX_RANK", "SLURM_PROCID", "PALS_RANKID", "ALPS_APP_PE"];

    // How many of them are on this machine.
    private static readonly string[] _onMachine = ["MPI_LOCALNRANKS", "MV2_COMM_WORLD_LOCAL_SIZE", "PALS_LOCAL_SIZE"];

    /// <summary><c>--workers</c></summary>
    public static Option<string?> Create()
    {
        Option<string?> option = new(Name)
        {
            Description = "Share the batches of every update (training.accumulate) with the processes that 'mpirun' or 'srun --mpi=pmi2' "
                + "has started together: mpirun -n 4 mt train RECIPE --workers mpi. The weights have the bits of one process.",
            HelpName = Mpi,
        };
        option.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value.Length: > 0 } token] && token.Value != Mpi)
            {
                result.AddError($"{Name} knows mpi, not '{token.Value}'");
            }
        });
        return option;
    }

    /// <summary><c>--shard-optimizer</c></summary>
    public static Option<bool> Shard() => new("--shard-optimizer")
    {
        Description = "With --workers: each worker keeps the optimiser's state of a part of the parameters, which saves memory; the bits "
            + "are the same.",
    };

    /// <summary>The terminal of a process: one that is not the first of several says nothing.</summary>
    /// <param name="arguments">The command line.</param>
    /// <param name="terminal">The process's own.</param>
    public static Terminal Choose(IReadOnlyList<string> arguments, Terminal terminal) =>
        arguments.Any(argument => argument == Name || argument.StartsWith($"{Name}=", StringComparison.Ordinal)) && Number(_ranks) > 0
            ? terminal with { Output = TextWriter.Null, Error = TextWriter.Null }
            : terminal;

    /// <summary>Joins the other processes, and shares the processor with those of this machine.</summary>
    /// <param name="threads">The threads that were asked for.</param>
    /// <exception cref="InputException">There is no MPI.</exception>
    public static WorkerGroup Start(int? threads)
    {
        WorkerGroup group = MpiWorkers.Start();
        if (threads is null && Number(_onMachine) is > 1 and var processes)
        {
            CpuThreads.Count = Math.Max(1, CpuThreads.Count / processes);
        }

        return group;
    }

    private static int? Number(string[] variables)
    {
        foreach (string name in variables)
        {
            if (int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out int number))
            {
                return number;
            }
        }

        return null;
    }
}
