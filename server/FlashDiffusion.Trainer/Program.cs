using FlashDiffusion.Trainer.Commands;
using FlashDiffusion.Trainer.Native;

NativeRuntime.Prepare();
return TrainerCommands.Root().Parse(args).Invoke();
