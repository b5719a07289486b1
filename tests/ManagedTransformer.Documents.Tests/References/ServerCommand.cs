using System.CommandLine;
using ManagedTransformer.Server;

namespace ManagedTransformer.Documents.Tests.References;

/// <summary>The command line of the server, which <c>mt serve</c> hands over to.</summary>
internal static class ServerCommand
{
    /// <summary>The command, which serves nothing.</summary>
    public static Command Create() => ServeCommand.Create((_, _, _) => 0);
}
