using System.Diagnostics;

namespace ManagedTransformer.Soak.Processes;

/// <summary>Starts the built tool and the built server, which lie beside this program.</summary>
/// <param name="folder">The folder that they are started in.</param>
internal sealed class Tools(string folder)
{
    /// <summary>The folder that they are started in.</summary>
    public string Folder { get; } = folder;

    /// <summary>Starts <c>mt</c>.</summary>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="environment">Variables of its environment.</param>
    public ToolProcess Start(IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string>? environment = null) =>
        Start("dotnet", [Library("mt"), .. arguments], $"mt {string.Join(' ', arguments)}", environment);

    /// <summary>Runs <c>mt</c> to its end.</summary>
    /// <param name="arguments">Its arguments.</param>
    public ToolEnd Run(params string[] arguments)
    {
        using ToolProcess process = Start(arguments);
        return process.End();
    }

    /// <summary>Starts <c>mt-serve</c>.</summary>
    /// <param name="arguments">Its arguments.</param>
    public ToolProcess Serve(params string[] arguments) =>
        Start("dotnet", [Library("mt-serve"), .. arguments], $"mt-serve {string.Join(' ', arguments)}", null);

    /// <summary>Starts <c>mt</c> several times, as workers of one run.</summary>
    /// <param name="workers">How many.</param>
    /// <param name="arguments">The arguments of each.</param>
    public ToolProcess StartWorkers(int workers, IReadOnlyList<string> arguments) => Start(
        "mpirun.mpich", ["-n", $"{workers}", "dotnet", Library("mt"), .. arguments, "--workers", "mpi"],
        $"mpirun -n {workers} mt {string.Join(' ', arguments)}", null);

    /// <summary>Runs another program, for its exit code.</summary>
    /// <param name="program">The program.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <returns>Whether it was there and did what was asked.</returns>
    public static bool Succeeds(string program, params string[] arguments)
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(program, arguments)
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    private static string Library(string name) => Path.Combine(AppContext.BaseDirectory, $"{name}.dll");

    private ToolProcess Start(
        string program, IReadOnlyList<string> arguments, string command, IReadOnlyDictionary<string, string>? environment)
    {
        ProcessStartInfo start = new(program, arguments) { WorkingDirectory = Folder };
        foreach ((string name, string value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        return new ToolProcess(start, command);
    }
}
