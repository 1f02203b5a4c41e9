using FlashDiffusion.Engine.Precision;
using FlashDiffusion.Noise;
using static TorchSharp.torch;

namespace FlashDiffusion.Trainer.Evaluation;

/// <summary>
/// Runs chains through the solver that the server loads, many in one batch at different timesteps: a finished row leaves and
/// the next job takes its place.
/// </summary>
internal sealed class ReconstructionRunner(EvaluatedModel model, ILatentSolver solver, CropSet crops, int batch, bool reduced)
{
    /// <summary>Runs all jobs of one operator family.</summary>
    /// <param name="evaluated">The family.</param>
    /// <param name="jobs">The jobs. Long ones first keeps the last batches full; the list's order makes a cut run a prefix of it.</param>
    /// <param name="finished">Receives each job with its decoded picture on [0,1] and the cost that its plan declares, as soon as it is done.</param>
    public void Run(EvaluatedOperator evaluated, IEnumerable<ReconstructionJob> jobs, Action<ReconstructionJob, Pictures.Picture, StepCost> finished)
    {
        var waiting = new Queue<ReconstructionJob>(jobs);
        var running = new List<Chain>();
        while (waiting.Count > 0 || running.Count > 0)
        {
            while (running.Count < batch && waiting.TryDequeue(out var job))
            {
                running.Add(Begin(evaluated, job));
            }

            if (running.Any(chain => chain.Position < chain.Plan.Steps.Length))
            {
                Step(evaluated, [.. running.Where(chain => chain.Position < chain.Plan.Steps.Length)]);
            }

            foreach (var chain in running.Where(chain => chain.Position == chain.Plan.Steps.Length).ToList())
            {
                running.Remove(chain);
                chain.Carry([]);
                finished(chain.Job, Decode(chain), chain.Plan.Cost);
            }
        }
    }

    /// <summary>The sample that the engine would make of a crop.</summary>
    /// <exception cref="InvalidOperationException">A parameter that the solver does not allow.</exception>
    public static SampleSpec SampleOf(
        EvaluatedModel model, EvaluatedOperator evaluated, ILatentSolver solver, EvaluationCrop crop, int side, int startIndex, IReadOnlyDictionary<string, double> numbers)
    {
        var violations = new List<FieldViolation>();
        var parameters = ParameterSet.Resolve(
            solver.Descriptor.Parameters, numbers.ToDictionary(pair => pair.Key, pair => ParameterValue.Of(pair.Value)), "parameters", violations);
        Refuse(violations);
        var picture = new PictureShape(side, side);
        var spec = evaluated.Spec(crop.Level, crop.Seed);
        return new SampleSpec
        {
            Schedule = model.Schedule,
            Latent = model.LatentShapeOf(picture),
            Picture = picture,
            Sampling = SamplingSpec.Ddpm,
            StartIndex = startIndex,
            Parameters = parameters,
            Operator = spec,
            OperatorPlan = evaluated.Family.Plan(spec, picture),
            NoiseStd = 2 * evaluated.NoiseStd(crop.Level),
        };
    }

    private Chain Begin(EvaluatedOperator evaluated, ReconstructionJob job)
    {
        var crop = crops.Crops[job.Crop];
        var sample = SampleOf(model, evaluated, solver, crop, crops.Side, job.StartIndex, job.Parameters);
        var plan = solver.Plan(sample);
        Refuse(plan.Violations);
        return new Chain(job, sample, plan, new CounterNoise((ulong)crop.Seed)) { Latent = job.Start };
    }

    private static void Refuse(IReadOnlyCollection<FieldViolation> violations)
    {
        if (violations.Count > 0)
        {
            throw new InvalidOperationException(string.Join(" ", violations.Select(violation => violation.Description)));
        }
    }

    private void Step(EvaluatedOperator evaluated, List<Chain> running)
    {
        // Steps of one kind share a batch; the few of another kind wait a turn.
        var kind = running[0].Plan.Steps[running[0].Position].Kind;
        var rows = running.Where(chain => chain.Plan.Steps[chain.Position].Kind == kind).ToList();
        using var scope = NewDisposeScope();
        using var gradients = enable_grad();
        using var forward = evaluated.Family.Bind([.. rows.Select(chain => chain.Sample.Operator!)], rows[0].Sample.Picture, CPU);
        var stepBatch = new StepBatch
        {
            Model = model,
            Rows = [.. rows.Select(chain => new StepRow(chain.Sample, chain.Plan.Steps[chain.Position], chain.Position, chain.Noise))],
            Latents = tensor(rows.SelectMany(chain => chain.Latent).ToArray(), rows[0].Sample.Latent.Batch(rows.Count)),
            Operator = forward,
            Measurements = tensor(rows.SelectMany(chain => chain.Job.Measurement).ToArray(), rows[0].Sample.Picture.Batch(rows.Count)),
            Scratch = Scratch(rows),
        };
        using var autocast = Autocast.Begin(reduced);
        var output = solver.Step(stepBatch);
        var next = Rows(output.Latents);
        for (var row = 0; row < rows.Count; row++)
        {
            var chain = rows[row];
            chain.Latent = next[row];
            chain.Carry(output.Scratch.ToDictionary(pair => pair.Key, pair => pair.Value[row].detach().clone().DetachFromDisposeScope()));
            chain.Position += output.Completed?[row] ?? true ? 1 : 0;
        }
    }

    // Like the engine: who carries nothing under a name that a neighbour uses starts from zeros.
    private static Dictionary<string, Tensor> Scratch(List<Chain> rows) => rows.SelectMany(chain => chain.Scratch.Keys).Distinct().ToDictionary(
        name => name,
        name =>
        {
            var like = rows.First(chain => chain.Scratch.ContainsKey(name)).Scratch[name];
            return stack(rows.Select(chain => chain.Scratch.TryGetValue(name, out var own) ? own : zeros_like(like)));
        });

    private static float[][] Rows(Tensor batch)
    {
        var values = batch.detach().to(ScalarType.Float32).contiguous().data<float>().ToArray();
        return [.. values.Chunk(values.Length / (int)batch.shape[0])];
    }

    private Pictures.Picture Decode(Chain chain)
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        var decoded = model.Decode(tensor(chain.Latent, chain.Sample.Latent.Batch(1)), Quantisation.Nearest);
        return CropSet.ToPicture(decoded, 0);
    }

    private sealed class Chain(ReconstructionJob job, SampleSpec sample, SolverPlan plan, INoiseSource noise)
    {
        public ReconstructionJob Job => job;

        public SampleSpec Sample => sample;

        public SolverPlan Plan => plan;

        public INoiseSource Noise => noise;

        public required float[] Latent { get; set; }

        public Dictionary<string, Tensor> Scratch { get; private set; } = [];

        public int Position { get; set; }

        public void Carry(Dictionary<string, Tensor> scratch)
        {
            foreach (var old in Scratch.Values)
            {
                old.Dispose();
            }

            Scratch = scratch;
        }
    }
}
