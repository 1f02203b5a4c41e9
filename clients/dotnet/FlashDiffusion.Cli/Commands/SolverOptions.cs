using System.CommandLine;
using FlashDiffusion.V1;

namespace FlashDiffusion.Cli.Commands;

/// <summary>Who reconstructs, and from where: model, solver, start and sampler.</summary>
/// <param name="single">Whether there is one solver; else the command has its own option for them.</param>
internal sealed class SolverOptions(bool single = true)
{
    /// <summary>What a seed is where a command must give the same picture each time.</summary>
    public const ulong DefaultSeed = 1;

    private readonly Option<string> _model = new("--model")
    {
        Description = "The model; the server's default if not given.",
        HelpName = "NAME",
        DefaultValueFactory = _ => "",
    };

    private readonly Option<string> _solver = new("--solver")
    {
        Description = "The solver; the server's default if not given. 'flash solvers' lists them.",
        HelpName = "NAME",
        DefaultValueFactory = _ => "",
    };

    private readonly Option<string[]> _parameters = new("--solver-param")
    {
        Description = "A parameter of the solver, NAME=VALUE; may be repeated.",
        HelpName = "NAME=VALUE",
        DefaultValueFactory = _ => [],
    };

    private readonly Option<bool> _full = new("--full")
    {
        Description = "Start from pure noise instead of adapting to the severity: every step of the schedule.",
    };

    private readonly Option<int?> _start = new("--start-step")
    {
        Description = "Start at this training timestep instead of adapting to the severity.",
        HelpName = "TIMESTEP",
    };

    private readonly Option<double?> _correction = new("--correction")
    {
        Description = "Noise correction c of the start: more gives more texture, less more fidelity.",
        HelpName = "C",
    };

    private readonly Option<int?> _ddim = new("--ddim-steps")
    {
        Description = "Use DDIM with this many points over the whole schedule instead of every timestep.",
        HelpName = "STEPS",
    };

    private readonly Option<bool> _ddpm = new("--ddpm")
    {
        Description = "Use every timestep from the start down, also where the solver's preset has a DDIM grid.",
    };

    public Option<ulong?> Seed { get; } = new("--seed")
    {
        Description = "Seed of all noise; if not given the server chooses and prints it, and the demo takes 1.",
        HelpName = "SEED",
    };

    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[.. single ? (Option[])[_solver, _parameters] : [], _model, Seed, _full, _start, _correction, _ddim, _ddpm])
        {
            command.Add(option);
        }

        command.Validators.Add(result =>
        {
            if (result.GetValue(_full) && result.GetValue(_start) is not null)
            {
                result.AddError("--full and --start-step contradict each other: give one of them.");
            }

            if (result.GetValue(_ddpm) && result.GetValue(_ddim) is not null)
            {
                result.AddError("--ddpm and --ddim-steps contradict each other: give one of them.");
            }
        });
    }

    public string Model(ParseResult parsed) => parsed.GetValue(_model) ?? "";

    /// <summary>A request without measurement and operator, always with a seed.</summary>
    public ReconstructRequest ReadSeeded(ParseResult parsed)
    {
        var request = Read(parsed);
        request.Seed = request.HasSeed ? request.Seed : DefaultSeed;
        return request;
    }

    /// <summary>A request without measurement and operator.</summary>
    public ReconstructRequest Read(ParseResult parsed)
    {
        var request = new ReconstructRequest
        {
            Model = Model(parsed),
            Solver = new SolverChoice { Name = single ? parsed.GetValue(_solver) ?? "" : "" },
            Adaptation = new Adaptation { Mode = parsed.GetValue(_full) ? AdaptationMode.Full : AdaptationMode.Auto },
        };
        foreach (var (name, value) in ParameterOption.Parse("--solver-param", single ? parsed.GetValue(_parameters) ?? [] : []))
        {
            request.Solver.Parameters[name] = value;
        }

        if (parsed.GetValue(_start) is { } start)
        {
            request.Adaptation.Mode = AdaptationMode.Fixed;
            request.Adaptation.StartTimestep = start;
        }

        if (parsed.GetValue(_correction) is { } correction)
        {
            request.Adaptation.Correction = correction;
        }

        if (parsed.GetValue(_ddim) is { } steps)
        {
            request.Sampling = new Sampling { Sampler = Sampler.Ddim, DdimSteps = steps };
        }
        else if (parsed.GetValue(_ddpm))
        {
            request.Sampling = new Sampling { Sampler = Sampler.Ddpm };
        }

        if (parsed.GetValue(Seed) is { } seed)
        {
            request.Seed = seed;
        }

        return request;
    }
}
