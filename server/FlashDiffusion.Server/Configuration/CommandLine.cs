using System.Collections.Immutable;

namespace FlashDiffusion.Server.Configuration;

/// <summary>The command line: short names for the settings that people change, and any other key as <c>--Section:Key=value</c>.</summary>
internal sealed record CommandLine
{
    public static ImmutableArray<CommandLineSwitch> Switches { get; } =
    [
        new("--grpc-port", "Server:GrpcPort", "8001", "gRPC, HTTP/2 in cleartext; 0 takes a free port"),
        new("--http-port", "Server:HttpPort", "8000", "HTTP: the API as JSON, gRPC-Web, /openapi.json, /healthz/ready"),
        new("--metrics-port", "Server:MetricsPort", "8002", "Prometheus metrics at /metrics"),
        new("--listen", "Server:Listen", "loopback", "loopback, any, or an IP address"),
        new("--allow-origin", "Http:AllowedOrigins:0", "ORIGIN", "page whose scripts may use the HTTP port; * for every page"),
        new("--models", "Models:Root", "FOLDER", "model repository; default: models beside the server's binaries"),
        new("--model-dir", "Models:Directory", "FOLDER", "KServe's mounted folder instead of --models: a repository, or a model itself"),
        new("--model-name", "Models:DirectoryName", "NAME", "name of the model that --model-dir is; default: the folder's"),
        new("--default-model", "Models:DefaultModel", "NAME", "model that an empty name means"),
        new("--plugins", "Plugins:Root", "FOLDER", "plugins, solvers and operators; default: plugins beside the server's binaries"),
        new("--kernel-wizard", "Operators:KernelWizardWeights", "FILE", "your weights of the KernelWizard network, for the operator nonlinear_blur_network"),
        new("--default-solver", "Plugins:DefaultSolver", "latent_dps", "solver that an empty name means"),
        new("--device", "Engine:Device", "cpu", "cpu, cuda or cuda:INDEX; several with commas, one worker each: cpu,cpu or cuda:0,cuda:1"),
        new("--batch", "Engine:MaximumBatch", "32", "most reconstructions that take a step together"),
        new("--policy", "Engine:Policy", "shortest_remaining", "who goes first: first_come, shortest_remaining, earliest_deadline"),
        new("--queue", "Engine:MaximumSessions", "64", "reconstructions accepted at once; more are refused"),
        new("--threads", "Engine:Threads", "0", "threads of one operation on the CPU; 0 lets the library choose"),
        new("--precision", "Engine:Precision", "float32", "numbers that networks compute with: float32, bfloat16"),
        new("--curve-file", "Engine:CurveFile", "FILE", "where measured step times are kept over restarts, or none; default: step-times.json in systemd's STATE_DIRECTORY, if there is one"),
        new("--grace", "Server:ShutdownGraceSeconds", "10", "seconds to finish running work on shutdown"),
        new("--drain-delay", "Server:DrainDelaySeconds", "0", "seconds between NOT_SERVING and closed ports on shutdown"),
        new("--reflection", "Server:Reflection", "false", "true lets tools like grpcurl list the services"),
        new("--admin", "Admin:Enabled", "false", "true opens the admin service on its own port"),
        new("--admin-port", "Admin:Port", "8003", "gRPC of the admin service"),
        new("--tls-certificate", "Tls:Certificate", "FILE", "TLS: the server's certificate and its chain, PEM; read again when it changes"),
        new("--tls-key", "Tls:Key", "FILE", "TLS: its private key, PEM"),
        new("--tls-client-ca", "Tls:ClientAuthorities", "FILE", "mutual TLS: authorities of the clients that may connect, PEM"),
        new("--keys-file", "Access:KeysFile", "FILE", "API keys, one a line: NAME SHA256-OF-THE-KEY [admin]; read again when it changes"),
        new("--log-format", "Logging:Console:FormatterName", "simple", "lines on the console: simple, json, systemd"),
        new("--log-level", "Logging:LogLevel:Default", "Information", "Trace, Debug, Information, Warning, Error"),
    ];

    /// <summary>Sections that a key may begin with; what is in them is checked with the rest of the settings.</summary>
    private static IEnumerable<string> Sections => [.. OptionSections.All.Select(section => section.Name), "Logging"];

    /// <summary>Whether <c>--help</c> was given.</summary>
    public bool ShowHelp { get; private init; }

    /// <summary>What is wrong with it, one line each.</summary>
    public ImmutableArray<string> Errors { get; private init; } = [];

    /// <summary>Settings by key; of one that was given twice, the last.</summary>
    public ImmutableDictionary<string, string?> Settings { get; private init; } = ImmutableDictionary<string, string?>.Empty;

    public static CommandLine Parse(IReadOnlyList<string> arguments)
    {
        var errors = ImmutableArray.CreateBuilder<string>();
        var settings = ImmutableDictionary.CreateBuilder<string, string?>(StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < arguments.Count; i++)
        {
            if (arguments[i] is "--help" or "-h" or "-?")
            {
                return new CommandLine { ShowHelp = true };
            }

            var equals = arguments[i].IndexOf('=', StringComparison.Ordinal);
            var name = equals < 0 ? arguments[i] : arguments[i][..equals];
            if (KeyOf(name) is not { } key)
            {
                errors.Add($"There is no option '{name}'; --help lists them.");
            }
            else if (equals >= 0)
            {
                settings[key] = arguments[i][(equals + 1)..];
            }
            else if (i + 1 < arguments.Count && !arguments[i + 1].StartsWith("--", StringComparison.Ordinal))
            {
                settings[key] = arguments[++i];
            }
            else
            {
                errors.Add($"The option '{name}' needs a value: {name}=VALUE.");
            }
        }

        return new CommandLine { Errors = errors.ToImmutable(), Settings = settings.ToImmutable() };
    }

    /// <summary>What <c>--help</c> prints.</summary>
    public static string Help()
    {
        var width = Switches.Max(option => option.Name.Length + option.Value.Length + 1);
        var lines = Switches.Select(option => $"  {$"{option.Name}={option.Value}".PadRight(width)}  {option.Help} ({option.Key})");
        return $"""
            FlashDiffusion.Server: severity-adaptive latent diffusion reconstruction over gRPC.

            Options (any other setting: --Section:Key=value, or Section__Key in the environment, or appsettings.json):
            {string.Join(Environment.NewLine, lines)}

            Traces, metrics and logs go to an OpenTelemetry collector if OTEL_EXPORTER_OTLP_ENDPOINT is set.
            """;
    }

    private static string? KeyOf(string name) =>
        Switches.FirstOrDefault(option => option.Name == name)?.Key
        ?? (name.StartsWith("--", StringComparison.Ordinal) && Sections.Any(section => name.AsSpan(2).StartsWith($"{section}:", StringComparison.OrdinalIgnoreCase)) ? name[2..] : null);
}
