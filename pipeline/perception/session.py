"""The only place that touches ONNX Runtime: a network's file in, tensors in and out."""

import warnings
from dataclasses import dataclass

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from onnxruntime.capi import onnxruntime_pybind11_state as ort_errors

from pipeline.config.resolved import Provider
from pipeline.errors import ModelError
from pipeline.perception.detections import Floats

_ORT_ERRORS: tuple[type[Exception], ...] = (
    ort_errors.EPFail,
    ort_errors.EngineError,
    ort_errors.Fail,
    ort_errors.InvalidArgument,
    ort_errors.InvalidGraph,
    ort_errors.InvalidProtobuf,
    ort_errors.NoModel,
    ort_errors.NotImplemented,
    ort_errors.RuntimeException,
    RuntimeError,
    ValueError,
)
"""They share no base but `Exception`."""

_FATAL_ONLY = 4
"""ONNX Runtime's log level: every error is raised as well, and its warnings are about its own business."""
_CUDA, _CPU = "CUDAExecutionProvider", "CPUExecutionProvider"


@dataclass(frozen=True, slots=True)
class Port:
    """An input or an output as the file declares it.

    Attributes:
        name: Its name.
        dtype: As ONNX Runtime writes it, such as `tensor(float)`.
        shape: Lengths; a name where the length is free.
    """

    name: str
    dtype: str
    shape: tuple[int | str | None, ...]

    def __str__(self) -> str:
        return f"{self.name} {self.dtype} ({', '.join(str(length) for length in self.shape)})"


class Session:
    """A loaded network. It may be used by several threads at a time."""

    def __init__(self, network: bytes, provider: Provider, threads: int) -> None:
        """Load a network.

        Args:
            network: The contents of an `.onnx` file.
            provider: What it runs on. `AUTO`: CUDA where ONNX Runtime offers it and it starts, else the CPU.
            threads: For one picture; 0: as many as there are cores. The same number gives the same bytes.

        Raises:
            ModelError: It is no network, or what it is to run on is not there.
        """
        offered = onnxruntime.get_available_providers()
        if provider is Provider.CUDA and _CUDA not in offered:
            raise ModelError("provider: got cuda, allowed here: auto, cpu (CUDA needs the package onnxruntime-gpu)")
        wants_cuda = provider is not Provider.CPU and _CUDA in offered
        self._session = _started(network, threads, wants_cuda=wants_cuda)
        self.provider = Provider.CUDA if self._session.get_providers()[0] == _CUDA else Provider.CPU
        if provider is Provider.CUDA and self.provider is not Provider.CUDA:
            raise ModelError("provider: got cuda, but CUDA did not start on this machine (driver, libraries, a GPU?)")

    @property
    def inputs(self) -> tuple[Port, ...]:
        """What goes in."""
        return tuple(Port(port.name, port.type, tuple(port.shape)) for port in self._session.get_inputs())

    @property
    def outputs(self) -> tuple[Port, ...]:
        """What comes out."""
        return tuple(Port(port.name, port.type, tuple(port.shape)) for port in self._session.get_outputs())

    def run(self, output: str, name: str, tensor: NDArray[np.float32] | NDArray[np.float16]) -> Floats:
        """Run the network.

        Args:
            output: Which output is wanted.
            name: The input's name.
            tensor: The input.

        Returns:
            The output, as float32.

        Raises:
            ModelError: It failed.
        """
        try:
            result = self._session.run([output], {name: tensor})[0]
        except _ORT_ERRORS as error:
            raise ModelError(f"the network failed: {_one_line(error)}") from error
        return np.asarray(result, np.float32)


def _started(network: bytes, threads: int, *, wants_cuda: bool) -> "onnxruntime.InferenceSession":
    options = onnxruntime.SessionOptions()
    options.log_severity_level = _FATAL_ONLY
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.use_deterministic_compute = True
    # Plans memory by shape: with inputs of many shapes it would keep a plan for each.
    options.enable_mem_pattern = False
    # A waiting thread that spins takes a core from the decoders.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    # TF32 rounds to ten bits and autotuned convolutions differ from run to run.
    cuda = (_CUDA, {"use_tf32": "0", "cudnn_conv_algo_search": "DEFAULT"})
    providers: list[str | tuple[str, dict[str, str]]] = [cuda, _CPU] if wants_cuda else [_CPU]
    try:
        with warnings.catch_warnings():
            # That a provider did not start is told from what the session runs on, below.
            warnings.simplefilter("ignore", UserWarning)
            return onnxruntime.InferenceSession(network, options, providers=providers)
    except _ORT_ERRORS as error:
        raise ModelError(f"not a network that ONNX Runtime can load: {_one_line(error)}") from error


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())
